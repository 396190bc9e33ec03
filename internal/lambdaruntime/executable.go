package lambdaruntime

import (
	"debug/elf"
	"debug/macho"
	"fmt"
	"io"
	"os"
	"runtime"
)

// NotForHost ends the error for a program that was built for another system.
const NotForHost = "build the function for this host"

// checkExecutable returns an error for a file that is missing, not executable, or built for another system: a
// synthesized app contains functions built for Lambda, which is Linux on arm64 or amd64. It accepts a file of an
// unknown format.
func checkExecutable(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		return nil // other systems are not supported
	}
	if info.Mode().Perm()&0o111 == 0 {
		return fmt.Errorf("%s is not executable: chmod +x it", path)
	}
	host := runtime.GOOS + "/" + runtime.GOARCH
	if built := builtFor(file); built != "" && built != host {
		return fmt.Errorf("%s is built for %s, this host is %s: %s", path, built, host, NotForHost)
	}
	return nil
}

// builtFor returns the GOOS/GOARCH of an executable for Linux or macOS; "" for another format or a rare processor.
func builtFor(r io.ReaderAt) string {
	if f, err := elf.NewFile(r); err == nil {
		switch f.Machine {
		case elf.EM_X86_64:
			return "linux/amd64"
		case elf.EM_AARCH64:
			return "linux/arm64"
		}
	}
	if f, err := macho.NewFile(r); err == nil {
		switch f.Cpu {
		case macho.CpuAmd64:
			return "darwin/amd64"
		case macho.CpuArm64:
			return "darwin/arm64"
		}
	}
	return ""
}
