package lambdaruntime

import (
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestSpecs(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("programs and paths are those of Unix here")
	}
	dir := t.TempDir()
	write := func(name, content string, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	const script = "#!/bin/sh\n"
	write("ok/bootstrap", script, 0o755)
	write("ok/main", script, 0o755)
	write("mode/bootstrap", script, 0o644)
	write("foreign/bootstrap", foreignELF(t), 0o755)
	write("bin/tool", script, 0o755)
	in := func(name string) string { return filepath.Join(dir, name) }
	ok := Spec{Name: "f", Runtime: "provided.al2023", Dir: in("ok")}

	for _, c := range []struct {
		name    string
		change  func(*Spec)
		want    error  // the kind
		text    string // in the message, which always names the function
		command string // the command, if the spec is valid
	}{
		{name: "bootstrap", change: func(s *Spec) {}, command: in("ok/bootstrap")},
		{name: "provided.al2", change: func(s *Spec) { s.Runtime = "provided.al2" }, command: in("ok/bootstrap")},
		{
			name:    "go1.x runs its handler",
			change:  func(s *Spec) { s.Runtime, s.Handler = "go1.x", "main" },
			command: in("ok/main"),
		},
		{
			name:    "a command for another runtime, looked up in the PATH of the process",
			command: in("bin/tool") + " app.handler",
			change:  func(s *Spec) { s.Runtime, s.Command = "python3.13", []string{"tool", "app.handler"} },
		},
		{name: "a command in the code folder", command: in("ok/main"),
			change: func(s *Spec) { s.Runtime, s.Command = "", []string{"./main"} }},
		{name: "an absolute command", command: in("bin/tool"),
			change: func(s *Spec) { s.Runtime, s.Command = "", []string{in("bin/tool")} }},
		{
			name:   "a command that is not there",
			change: func(s *Spec) { s.Command = []string{"no-such-tool"} },
			want:   ErrExecutable,
			text:   `there is no program "no-such-tool" in ` + in("bin"),
		},
		{name: "a managed runtime without a command", change: func(s *Spec) { s.Runtime = "nodejs22.x" }, want: ErrRuntime,
			text: `its runtime is "nodejs22.x": without a Command, provided.al2023, provided.al2 and go1.x executables for ` +
				`this host are run`},
		{name: "no bootstrap", change: func(s *Spec) { s.Dir = in("bin") }, want: ErrExecutable, text: in("bin/bootstrap")},
		{
			name:   "bootstrap without the right to run",
			change: func(s *Spec) { s.Dir = in("mode") },
			want:   ErrExecutable,
			text:   "chmod +x it",
		},
		{
			name:   "bootstrap for another processor, as in an asset for Lambda",
			change: func(s *Spec) { s.Dir = in("foreign") },
			want:   ErrExecutable,
			text:   "this host is " + runtime.GOOS + "/" + runtime.GOARCH + ": build the function for this host",
		},
		{
			name:   "bootstrap is a folder",
			change: func(s *Spec) { s.Runtime, s.Handler = "go1.x", "." },
			want:   ErrExecutable,
			text:   "is not a file",
		},
		{name: "no name", change: func(s *Spec) { s.Name = "" }, want: ErrSpec, text: "the name"},
		{name: "no folder", change: func(s *Spec) { s.Dir = "" }, want: ErrSpec, text: "the code folder"},
		{
			name:   "a folder that is a file",
			change: func(s *Spec) { s.Dir = in("ok/main") },
			want:   ErrSpec,
			text:   "is not a folder",
		},
		{
			name:   "an ARN that would be two headers",
			change: func(s *Spec) { s.ARN = "arn\r\nX: y" },
			want:   ErrSpec,
			text:   "the ARN",
		},
		{
			name:   "a time-out over Lambda's",
			change: func(s *Spec) { s.Timeout = 16 * time.Minute },
			want:   ErrSpec,
			text:   "Lambda allows up to 15m0s",
		},
		{
			name:   "a reserved variable: the deployment would fail",
			change: func(s *Spec) { s.Env = map[string]string{"AWS_REGION": "x"} },
			want:   ErrSpec,
			text:   "the environment variable AWS_REGION is reserved",
		},
		{
			name:   "another reserved variable",
			change: func(s *Spec) { s.Env = map[string]string{"AWS_LAMBDA_RUNTIME_API": "x"} },
			want:   ErrSpec,
			text:   "reserved",
		},
		{
			name:   "a variable with a zero byte",
			change: func(s *Spec) { s.Env = map[string]string{"A": "\x00"} },
			want:   ErrSpec,
			text:   `"A" is not one`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := ok
			c.change(&s)
			got, err := s.resolve(in("bin"))
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err != nil {
				if !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "function \""+s.Name+"\"") {
					t.Errorf("got %q, want %q in it", err, c.text)
				}
				return
			}
			if command := strings.Join(got.Command, " "); command != c.command {
				t.Errorf("runs %q, want %q", command, c.command)
			}
			if got.Timeout != 3*time.Second || got.MemoryMB != 128 ||
				got.ARN != "arn:aws:lambda:us-east-1:123456789012:function:f" {
				t.Errorf("defaults: %+v", got)
			}
		})
	}
}

// foreignELF is the header of an executable for a processor that is not this host's.
func foreignELF(t *testing.T) string {
	t.Helper()
	machine := elf.EM_AARCH64
	if runtime.GOARCH == "arm64" {
		machine = elf.EM_X86_64
	}
	return header(t, elf.Header64{
		Ident:   [16]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:    uint16(elf.ET_EXEC),
		Machine: uint16(machine),
		Version: uint32(elf.EV_CURRENT),
		Ehsize:  64,
	})
}

func header(t *testing.T, h any) string {
	t.Helper()
	b, err := binary.Append(nil, binary.LittleEndian, h)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBuiltFor(t *testing.T) {
	for _, c := range []struct {
		name, file, want string
	}{
		{"a script", "#!/bin/sh", ""},
		{"nothing", "", ""},
		{
			"macOS on arm64",
			header(t, macho.FileHeader{Magic: macho.Magic64, Cpu: macho.CpuArm64, Type: macho.TypeExec}) + "\x00\x00\x00\x00",
			"darwin/arm64",
		},
		{
			"macOS on amd64",
			header(t, macho.FileHeader{Magic: macho.Magic64, Cpu: macho.CpuAmd64, Type: macho.TypeExec}) + "\x00\x00\x00\x00",
			"darwin/amd64",
		},
	} {
		if got := builtFor(strings.NewReader(c.file)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := checkExecutable(self); err != nil {
		t.Errorf("this test itself: %v", err)
	}
}

func TestAProgramThatCannotBeStarted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("scripts")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "bootstrap"), []byte("#!/no/such/interpreter\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := newPool(t, Options{})
	add(t, p, Spec{Name: "f", Runtime: "provided.al2023", Dir: dir})
	r := invoke(t, p, "f", "")
	if r.Error == nil || r.Error.Type != "Runtime.InvalidEntrypoint" ||
		!strings.Contains(r.Error.Message, "no such file") {
		t.Errorf("got %v", r.Error)
	}
	waitForProcesses(t, p, "f", 0)
}

func TestReplaceRefusesAndKeepsTheOldVersion(t *testing.T) {
	p := newPool(t, Options{})
	add(t, p, fault("pid"))
	before := answered(t, p, "pid", "")
	broken := fault("pid")
	broken.Dir = t.TempDir()
	if err := p.Replace(broken); !errors.Is(err, ErrExecutable) {
		t.Errorf("got %v, want %v", err, ErrExecutable)
	}
	if after := answered(t, p, "pid", ""); after != before {
		t.Errorf("process %s became %s", before, after)
	}
}
