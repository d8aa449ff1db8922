import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const usualFolders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];

/**
 * The first of some names of a program that is installed: where its variable says, else on the PATH or in a usual folder.
 * @param elsewhere whole paths to look at last
 */
export function findProgram(
  variable: string,
  names: readonly string[],
  elsewhere: readonly string[] = [],
): string | undefined {
  const given = process.env[variable];
  if (given) return given;
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), ...usualFolders];
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...places, ...elsewhere].find((place) => existsSync(place));
}
