/** The asteroid on its orbit around a lamp; decoration, the link around carries the name. */
export function Logo({ size = 30 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#10303c" />
      <g fill="none" stroke="#74bdc9" strokeWidth="1.8">
        <ellipse cx="16" cy="16" rx="11.5" ry="6" transform="rotate(-28 16 16)" />
      </g>
      <circle cx="12.5" cy="17.5" r="2.6" fill="#f3c46b" />
      <circle cx="25.2" cy="9.6" r="2.1" fill="#ffffff" />
    </svg>
  );
}
