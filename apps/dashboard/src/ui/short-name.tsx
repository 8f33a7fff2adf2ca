/** A column's name: the short one on pages below the `xl` width, the whole one for screen readers on all. */
export const ShortName = ({ name, short }: { readonly name: string; readonly short: string }) => (
  <>
    <span className="max-xl:sr-only">{name}</span>
    <span aria-hidden="true" className="xl:hidden">
      {short}
    </span>
  </>
);
