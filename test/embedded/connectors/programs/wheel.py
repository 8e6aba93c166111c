"""Builds a wheel: wheel.py FOLDER NAME VERSION SCRIPT MODULE_FILE. An empty SCRIPT makes a package without a program."""

import sys
import zipfile

folder, name, version, script, source = sys.argv[1:]
module = name.replace("-", "_")
info = f"{module}-{version}.dist-info"
files = {
    f"{module}.py": open(source).read(),
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
if script:
    files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{script} = {module}:run\n"
with zipfile.ZipFile(f"{folder}/{module}-{version}-py3-none-any.whl", "w") as wheel:
    for path, text in files.items():
        wheel.writestr(path, text)
    wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"]))
