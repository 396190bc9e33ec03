package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// mutant is a fault in the source of package tablesession.
type mutant struct {
	name, file, before, after string
}

var mutants = []mutant{
	{"each request takes the lease of the one before", "renew.go", "case w.passed(held, at):",
		"case w.passed(held, at) || true:"},
	{"a lease passes before its time", "lease.go", "!now.Before(l.until.Add(leaseSkew))",
		"!now.Before(l.until.Add(-leaseFor))"},
	{"a request that waited asks again", "renew.go", "if renewed && at.Before(now.Expires) {",
		"if renewed && at.Before(now.Expires) && !waited {"},
	{"a touch in between loses the new tokens", "renew.go",
		"if err == nil && sameTokens(next.Session, before.Session) {", "if err == nil && false {"},
	{"new tokens are written three times at most", "renew.go",
		"!errors.Is(err, session.ErrUnavailable) || s.wait(ctx, d) != nil", "true"},
	{"a refused session is ended unread", "renew.go", "case !sameTokens(now.Session, mine.Session):", "case false:"},
	{"a refused session is ended at once", "renew.go", "if another || at.Before(settled) {",
		"if another || at.Before(settled) && false {"},
	{"an owner from whom a lease was taken over has no time to write", "renew.go",
		"next.takenOver, next.refused = true, held.refused",
		"next.takenOver, next.refused = true, held.until.Add(-time.Hour)"},
	{"a refused session is ended although another asks", "renew.go", "if another || at.Before(settled) {",
		"if another && false || at.Before(settled) {"},
	{"a write whose answer is lost counts as another's", "write.go", "case same(there[0], item):",
		"case same(there[0], item) && false:"},
	{"the generation is not compared", "open.go", "item == nil || item.Generation < generation(items[1])",
		"item == nil"},
	{"times are not compared", "open.go", "case !s.cookies.Alive(o.Session):", "case false:"},
	{"a login does not look whether its sid has ended", "create.go", "if err == nil && (ended == nil ||",
		"if err == nil && (true || ended == nil ||"},
	{"a login looks before it writes its session", "create.go",
		"	if err := s.put(ctx, o.item, 0); err != nil {\n		return err\n	}\n" +
			"	ended, err := s.get(ctx, Key{where, endedSort})",
		"	ended, err := s.get(ctx, Key{where, endedSort})\n" +
			"	if err := s.put(ctx, o.item, 0); err != nil {\n		return err\n	}"},
	{"an end is not repeated, and succeeds", "end.go", "_, err := s.remove(ctx, o.item.Key)\n	return err",
		"_, _ = s.table.Delete(ctx, o.item.Key, 0)\n	return nil"},
	{"an end of a sid passes over sessions that it cannot remove", "end.go",
		"		if err != nil {\n			return ended, err\n		}\n		if gone", "		_ = err\n		if gone"},
	{"a token counts each time", "once.go", "case errors.Is(err, ErrConflict):\n		return false, nil",
		"case errors.Is(err, ErrConflict):"},
	{"a session ends when it was not used for a tenth of its idle time", "open.go",
		"ends, _ := s.Ends(r.session)", "ends := r.session.Active.Add(s.idle / 10)"},
	{"activity is not noted", "open.go", "x.Active = now\n	", "	"},
}

// findMutants tries cases with each mutant.
func findMutants(cases int, seed uint64) error {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "./internal/tablesession").Output()
	if err != nil {
		return fmt.Errorf("tablesessions: run it in the folder of the module: %w", err)
	}
	temp, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	var missed []string
	for _, m := range mutants {
		said, err := m.try(strings.TrimSpace(string(dir)), temp, cases, seed)
		switch {
		case err != nil:
			return fmt.Errorf("tablesessions: %s: %w", m.name, err)
		case said == "":
			missed = append(missed, m.name)
			said = "NOT FOUND"
		}
		fmt.Printf("%-65s %s\n", m.name, said)
	}
	if missed != nil {
		return fmt.Errorf("tablesessions: not found in %d cases: %s", cases, strings.Join(missed, "; "))
	}
	fmt.Printf("%d of %d mutants are found\n", len(mutants), len(mutants))
	return nil
}

// try returns what the command says of a mutant; "" if it finds nothing.
func (m mutant) try(dir, temp string, cases int, seed uint64) (string, error) {
	path := filepath.Join(dir, m.file)
	source, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(source), m.before); n != 1 {
		return "", fmt.Errorf("%s has the text %d times: want it once: %q", m.file, n, m.before)
	}
	mutated, overlay := filepath.Join(temp, m.file), filepath.Join(temp, "overlay")
	program := filepath.Join(temp, "program")
	if err := os.WriteFile(mutated, []byte(strings.Replace(string(source), m.before, m.after, 1)), 0o600); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": map[string]string{path: mutated}})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		return "", err
	}
	build := exec.Command("go", "build", "-overlay", overlay, "-o", program, "./bench/tablesessions")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	run := exec.Command(program, "-cases", fmt.Sprint(cases), "-seed", fmt.Sprint(seed))
	var said strings.Builder
	run.Stderr = &said
	err = run.Run()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &failed):
		return "", err
	}
	return strings.TrimSpace(said.String()), nil
}
