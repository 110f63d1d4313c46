/** Put in by scripts/build.ts. */
declare const EVS_BUILD: string;

/** Which sources this program was bundled from; undefined if it runs from the sources themselves. */
export const build: string | undefined = typeof EVS_BUILD === 'undefined' ? undefined : EVS_BUILD;
