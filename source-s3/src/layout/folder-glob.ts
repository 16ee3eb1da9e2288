// A folder's name with stars in it, as schema prefixes have them.

/** No part between two stars matches twice: each is looked for behind the one before. */
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
