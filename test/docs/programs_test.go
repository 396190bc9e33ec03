package docs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// checkGatehouse runs the command with these arguments in an empty folder. The command fails there, and its exit status
// shows whether the arguments are wrong.
func (b *bench) checkGatehouse(args []string) error {
	if len(args) == 0 {
		return nil // the name of the command
	}
	if err := b.checkContext(args); err != nil {
		return err
	}
	if slices.Contains(args, "--app") {
		return fmt.Errorf("this test does not allow --app, which would run a program")
	}
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	dir := b.empty
	if args[0] == "init" {
		dir = b.t.TempDir() // the command writes into its folder, and other commands need an empty one
	}
	cmd := exec.CommandContext(ctx, gatehouse, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+b.empty, "XDG_CACHE_HOME="+b.empty)
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); err == nil || ok && exit.ExitCode() == 1 {
		return nil
	}
	return fmt.Errorf("%w\n%s", err, out)
}

// checkContext checks the values of -c with the context keys of the example.
func (b *bench) checkContext(args []string) error {
	values := map[string]any{}
	for i, a := range args {
		if a != "-c" && a != "--context" {
			continue
		}
		if i+1 == len(args) {
			return fmt.Errorf("%s has no value", a)
		}
		key, value, found := strings.Cut(args[i+1], "=")
		if !found || !b.contexts[key] && !strings.Contains(key, ":") {
			return fmt.Errorf("the example does not read the context %q: it reads %v", key, b.contexts)
		}
		values[key] = value
	}
	if len(values) == 0 {
		return nil
	}
	a, err := b.linked.ask(request{Context: values})
	if err == nil && a.Panic != "" {
		err = errors.New(a.Panic)
	}
	return err
}

// checkGo checks a go command: its flags, packages and tests. It knows the flags of Go 1.26 that pages use.
func (b *bench) checkGo(args []string) error {
	if len(args) == 0 {
		return errors.New("what should go do?")
	}
	verb, args := args[0], args[1:]
	switch verb {
	case "mod":
		if len(args) == 0 || !slices.Contains([]string{"init", "tidy", "vendor"}, args[0]) {
			return fmt.Errorf("this test does not know go mod %v", args)
		}
		return nil
	case "run", "doc", "test", "get", "install":
	case "build":
		return checkBuild(args)
	case "tool":
		if len(args) == 0 || args[0] != "gatehouse" {
			return fmt.Errorf("this test does not know go tool %v", args)
		}
		return b.checkGatehouse(args[1:])
	default:
		return fmt.Errorf("this test does not know go %s", verb)
	}
	var folders []string
	for i := 0; i < len(args); i++ {
		a := args[i]
		if !strings.HasPrefix(a, "-") {
			folder, err := folderOf(a)
			if err != nil {
				return err
			}
			folders = append(folders, folder)
			if verb == "run" {
				if strings.HasSuffix(folder, "cmd/gatehouse") {
					return b.checkGatehouse(args[i+1:])
				}
				return nil
			}
			continue
		}
		switch strings.TrimLeft(a, "-") {
		case "run":
			if i++; i == len(args) || verb != "test" {
				return fmt.Errorf("-run has no value")
			}
			if err := checkTestName(folders, args[i]); err != nil {
				return err
			}
		case "v", "tool", "all":
		case "update": // a flag of package snapshot, in test binaries that import it
			if text, err := testFiles(folders); err != nil || len(folders) > 0 && !strings.Contains(text, "snapshot.Match") {
				return fmt.Errorf("not all tests of %v have the flag -update (%v)", folders, err)
			}
		case "count":
			i++
		default:
			if err := checkOwnFlag(folders, strings.TrimLeft(a, "-")); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkBuild compares the flags of a go build with those that functions are built with.
func checkBuild(flags []string) error {
	text, err := os.ReadFile(filepath.Join(repository, "constructs", "gofunction", "internal", "gobuild", "command.go"))
	if err != nil {
		return err
	}
	for _, f := range flags {
		if linker, is := strings.CutPrefix(f, "-ldflags="); is && strings.Contains(string(text), `return "`+linker+`"`) {
			continue // a part of linkerFlags
		}
		if strings.HasPrefix(f, "-") && !strings.Contains(string(text), `"`+f) {
			return fmt.Errorf("functions are not built with %s", f)
		}
	}
	return nil
}

// folderOf returns the folder of a package that a go command names, relative to this folder; "" for a package of
// another module.
func folderOf(pkg string) (string, error) {
	pkg, _, _ = strings.Cut(pkg, "@")
	folder, recursive := strings.CutSuffix(pkg, "...")
	switch {
	case strings.HasPrefix(folder, modulePath):
		folder = strings.TrimPrefix(folder, modulePath)
	case !strings.HasPrefix(folder, "."):
		return "", nil
	}
	folder = filepath.Join(repository, folder)
	if recursive {
		return folder, nil
	}
	if files, _ := filepath.Glob(filepath.Join(folder, "*.go")); len(files) == 0 && folder != repository {
		return "", fmt.Errorf("there is no package in %s", pkg)
	}
	return folder, nil
}

func testFiles(folders []string) (text string, err error) {
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			return "", err
		}
		for _, f := range files {
			content, err := os.ReadFile(f)
			if err != nil {
				return "", err
			}
			text += string(content)
		}
	}
	return text, nil
}

func checkTestName(folders []string, pattern string) error {
	text, err := testFiles(folders)
	if err != nil {
		return err
	}
	expression, err := regexp.Compile(strings.Split(pattern, "/")[0])
	if err != nil {
		return err
	}
	for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(text, -1) {
		if expression.MatchString(m[1]) {
			return nil
		}
	}
	return fmt.Errorf("no test in %v is named %s", folders, pattern)
}

func checkOwnFlag(folders []string, name string) error {
	text, err := testFiles(folders)
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`flag\.\w+\("` + regexp.QuoteMeta(name) + `"`).MatchString(text) {
		return fmt.Errorf("no test in %v has the flag -%s", folders, name)
	}
	return nil
}

// cdkOptions are the options of a command of CDK's command line, without hyphens.
type cdkOptions map[string]struct{ Alias aliases }

// aliases is one alias or a list of them in JSON.
type aliases []string

func (a *aliases) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		*a = make(aliases, 1)
		return json.Unmarshal(text, &(*a)[0])
	}
	return json.Unmarshal(text, (*[]string)(a))
}

func (o cdkOptions) has(name string) bool {
	if _, ok := o[name]; ok {
		return true
	}
	for _, option := range o {
		if slices.Contains(option.Alias, name) {
			return true
		}
	}
	return false
}

// readCDK reads the description of arguments of the CDK command line that this repository pins. Running each command
// with --help would take more than a second of processor time.
func (b *bench) readCDK() error {
	if b.cdk.Commands != nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(repository, "node_modules", "aws-cdk", "lib", "cli", "cli-type-registry.json"))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &b.cdk)
}

// checkCDK checks a command of CDK's command line and its flags.
func (b *bench) checkCDK(args []string) error {
	if len(args) < 2 || args[0] != "cdk" && !strings.HasPrefix(args[0], "aws-cdk@") {
		return errors.New("npx runs cdk, and no more")
	}
	if args[0] != "cdk" { // if it is not installed, "npx cdk" would run a package with the name cdk
		if err := checkNPM([]string{"install", args[0]}); err != nil {
			return err
		}
	}
	if err := b.readCDK(); err != nil {
		return err
	}
	command, ok := b.cdk.Commands[args[1]]
	if !ok {
		return fmt.Errorf("cdk has no command %q", args[1])
	}
	for _, a := range args[2:] {
		flag, _, _ := strings.Cut(a, "=")
		if name := strings.TrimLeft(flag, "-"); name != flag && !command.Options.has(name) && !b.cdk.GlobalOptions.has(name) {
			return fmt.Errorf("cdk %s has no %s", args[1], flag)
		}
	}
	return b.checkContext(args[2:])
}

// checkNPM checks that a command uses the versions that this repository pins.
func checkNPM(args []string) error {
	text, err := os.ReadFile(filepath.Join(repository, "package.json"))
	if err != nil {
		return err
	}
	var pinned struct{ DevDependencies map[string]string }
	if err := json.Unmarshal(text, &pinned); err != nil {
		return err
	}
	switch {
	case len(args) == 1 && args[0] == "ci":
		return nil
	case len(args) > 1 && args[0] == "install":
		for _, a := range args[1:] {
			name, version, found := strings.Cut(a, "@")
			if !strings.HasPrefix(a, "-") && (!found || pinned.DevDependencies[name] != version) {
				return fmt.Errorf("%s: package.json pins %q", a, pinned.DevDependencies[name])
			}
		}
		return nil
	}
	return fmt.Errorf("this test does not know npm %v", args)
}
