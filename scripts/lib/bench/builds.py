"""Release builds of what is measured and of what measures."""
import functools
import subprocess

from bench import places
from bench.speak import BenchmarkFailed, step


def quietly(log_name, command, **options):
    log = places.LOGS / f"{log_name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        status = subprocess.run(list(map(str, command)), stdout=output, stderr=subprocess.STDOUT, **options)
    if status.returncode != 0:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise BenchmarkFailed(f"{end}\nthis command failed: {' '.join(map(str, command))}\nIts output is in {log}")


def release_options():
    lines = (places.ROOT / "scripts" / "lib" / "release.options").read_text().splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


@functools.cache
def swift(product):
    """The path of an executable product of this package, in release."""
    step(f"Building {product} (release; the first time takes some minutes)")
    build = ["swift", "build", "--package-path", places.ROOT, *release_options()]
    quietly(f"bench-build-{product}", [*build, "--product", product])
    shown = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True)
    return f"{shown.stdout.strip()}/{product}"


@functools.cache
def venv(name, *requirements):
    """A folder with Python packages, made as scripts/lib/packages.sh makes them, and kept like those."""
    folder = places.CACHE / "venv" / name
    wanted, note = " ".join(requirements), folder / "wanted"
    if not note.exists() or note.read_text() != wanted:
        step(f"Installing Python packages for {name}: {wanted}")
        quietly(f"venv-{name}", ["python3", "-m", "venv", "--clear", folder])
        quietly(f"pip-{name}", [folder / "bin" / "pip", "install", "--disable-pip-version-check", *requirements])
        note.write_text(wanted)
    return folder


@functools.cache
def grpc_cpp(program):
    """The path of `program` of Tests/Benchmarks/grpc-cpp, built with the generated code of hello.proto."""
    source = places.SOURCES / "grpc-cpp" / f"{program}.cc"
    proto = places.SOURCES / "Protos" / "hello.proto"
    folder = places.RESULTS / "grpc-cpp"
    binary = folder / program
    if binary.exists() and binary.stat().st_mtime > max(source.stat().st_mtime, proto.stat().st_mtime):
        return binary
    step(f"Building the C++ {program}")
    folder.mkdir(parents=True, exist_ok=True)
    plugin = subprocess.run(["which", "grpc_cpp_plugin"], check=True, capture_output=True, text=True).stdout.strip()
    quietly(
        "bench-protoc",
        ["protoc", "-I", proto.parent, f"--cpp_out={folder}", f"--grpc_out={folder}", f"--plugin=protoc-gen-grpc={plugin}", proto],
    )
    libraries = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "grpc++", "protobuf"], check=True, capture_output=True, text=True
    ).stdout.split()
    generated = [folder / "hello.pb.cc", folder / "hello.grpc.pb.cc"]
    compiler = ["g++", "-O2", "-DNDEBUG", "-std=c++17", "-Wall", "-Wextra", f"-I{folder}"]
    quietly(f"bench-build-{program}", [*compiler, source, *generated, "-o", binary, *libraries])
    return binary
