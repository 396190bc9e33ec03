// Package mutants tests the commands that search a package for errors with random cases. It puts one fault at a time
// into the source of the package, and expects the command to find it.
package mutants

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Mutant is a fault. It has a name, a file, a text that occurs once in the file, and the replacement of the text.
type Mutant [4]string

// Trial names the package with the faults and the command that must find them. Both are paths in the module, such as
// "./internal/tablesession".
type Trial struct {
	Package, Command string
	Args             []string // arguments of the command
}

// Find tries each mutant and prints what the command reports. The error names the mutants that the command does not
// find.
func (t Trial) Find(list []Mutant) error {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", t.Package).Output()
	if err != nil {
		return fmt.Errorf("mutants: run this command in the folder of the module: %w", err)
	}
	temp, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	var missed []string
	for _, m := range list {
		name := m[0]
		report, err := t.try(m, strings.TrimSpace(string(dir)), temp)
		switch {
		case err != nil:
			return fmt.Errorf("mutants: %s: %w", name, err)
		case report == "":
			missed = append(missed, name)
			report = "NOT FOUND"
		}
		report, _, _ = strings.Cut(report, "\n")
		fmt.Printf("%-65s %s\n", name, report)
	}
	if missed != nil {
		return fmt.Errorf("mutants: not found by %s %s: %s", t.Command, strings.Join(t.Args, " "), strings.Join(missed, "; "))
	}
	fmt.Printf("found %d of %d mutants\n", len(list), len(list))
	return nil
}

// Fit reports the mutants whose text does not occur exactly once in its file, because the source has changed. dir is
// the package's folder.
func Fit(dir string, list []Mutant) error {
	var errs []error
	for _, m := range list {
		if _, err := m.in(dir); err != nil {
			errs = append(errs, fmt.Errorf("mutants: %s: %w", m[0], err))
		}
	}
	return errors.Join(errs...)
}

// in returns the source of the mutant's file with the fault.
func (m Mutant) in(dir string) (string, error) {
	source, err := os.ReadFile(filepath.Join(dir, m[1]))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m[2]); n != 1 {
		return "", fmt.Errorf("%s has the text %d times: want it once: %q", m[1], n, m[2])
	}
	return strings.Replace(string(source), m[2], m[3], 1), nil
}

// try returns what the command reports about a mutant; "" if it does not find the fault.
func (t Trial) try(m Mutant, dir, temp string) (string, error) {
	source, err := m.in(dir)
	if err != nil {
		return "", err
	}
	path, mutated := filepath.Join(dir, m[1]), filepath.Join(temp, m[1])
	overlay, program := filepath.Join(temp, "overlay"), filepath.Join(temp, "program")
	if err := os.WriteFile(mutated, []byte(source), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutated}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", program, t.Command)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	run := exec.Command(program, t.Args...)
	var stderr strings.Builder
	run.Stderr = &stderr
	err = run.Run()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &failed):
		return "", err
	}
	return strings.TrimSpace(stderr.String()), nil
}
