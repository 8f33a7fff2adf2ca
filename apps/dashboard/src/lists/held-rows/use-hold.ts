"use client";

import { useEffect, useMemo, useState } from "react";

/** A pointer that has moved this recently is on its way somewhere. */
const aimingMs = { mouse: 1_500, touch: 5_000 };
/** A page that is scrolled by less shows the list's beginning. */
const scrolledPixels = 8;

/**
 * Whether somebody aims at or reads the list, and the handlers that its frame needs to know it. `isAt`: the pointer or the
 * focus is within the frame.
 */
export const useHold = () => {
  const [isPointed, setIsPointed] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  const isAiming = useAiming();
  const isScrolled = useScrolled();
  const frame = useMemo(
    () => ({
      onPointerEnter: () => setIsPointed(true),
      onPointerMove: () => setIsPointed(true),
      onPointerLeave: () => setIsPointed(false),
      onFocus: () => setIsFocused(true),
      onBlur: (event: React.FocusEvent) =>
        setIsFocused(event.currentTarget.contains(event.relatedTarget as Node | null)),
    }),
    [],
  );
  const isAt = isPointed || isFocused;
  return { isAt, isHeld: isAt || isAiming || isScrolled, frame };
};

const useAiming = (): boolean => {
  const [isAiming, setIsAiming] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const notice = ({ pointerType }: PointerEvent) => {
      setIsAiming(true);
      clearTimeout(timer);
      timer = setTimeout(() => setIsAiming(false), pointerType === "touch" ? aimingMs.touch : aimingMs.mouse);
    };
    const kinds = ["pointermove", "pointerdown"] as const;
    for (const kind of kinds) document.addEventListener(kind, notice, { passive: true });
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) document.removeEventListener(kind, notice);
    };
  }, []);
  return isAiming;
};

const useScrolled = (): boolean => {
  const [isScrolled, setIsScrolled] = useState(false);
  useEffect(() => {
    const notice = () => setIsScrolled(window.scrollY > scrolledPixels);
    notice();
    window.addEventListener("scroll", notice, { passive: true });
    return () => window.removeEventListener("scroll", notice);
  }, []);
  return isScrolled;
};
