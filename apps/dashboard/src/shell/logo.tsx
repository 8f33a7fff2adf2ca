export const Logo = ({ className }: { readonly className?: string }) => (
  <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={className}>
    <path
      d="M12 2.75a9.25 9.25 0 1 0 9.25 9.25"
      stroke="currentColor"
      strokeWidth="2.5"
      strokeLinecap="round"
    />
    <rect x="9" y="9" width="6" height="6" rx="1.25" fill="currentColor" />
  </svg>
);
