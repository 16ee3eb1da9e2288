// The name of a folder with stars, as in schema prefixes.

/** Each part between two stars is searched after the one before, so no part is matched twice. */
export function folderGlob(name: string): { readonly test: (folder: string) => boolean } {
  const [head = '', ...others] = name.split('*');
  if (others.length === 0) return { test: (folder) => folder === name };
  const tail = others.pop() ?? '';
  return {
    test(folder) {
      if (!folder.startsWith(head) || folder.length < head.length + tail.length || !folder.endsWith(tail)) return false;
      const middle = folder.slice(head.length, folder.length - tail.length);
      let at = 0;
      for (const part of others) {
        const found = middle.indexOf(part, at);
        if (found === -1) return false;
        at = found + part.length;
      }
      return true;
    },
  };
}
