package main

import (
	"fmt"

	"github.com/gatehouse-cdk/gatehouse/bench/internal/mutants"
)

// faults are faults in the source of package tablesession.
var faults = []mutants.Mutant{
	{"each request takes over the lease of the previous one", "renew.go", "case w.hasExpired(held, at):",
		"case w.hasExpired(held, at) || true:"},
	{"a lease expires early", "lease.go", "!now.Before(l.until.Add(leaseSkew))",
		"!now.Before(l.until.Add(-leaseFor))"},
	{"a request that waited asks again", "renew.go", "if renewed && at.Before(now.Expires) {",
		"if renewed && at.Before(now.Expires) && !waited {"},
	{"a concurrent touch loses the new tokens", "renew.go",
		"if err == nil && sameTokens(next.Session, before.Session) {", "if err == nil && false {"},
	{"writing new tokens is tried at most three times", "renew.go",
		"!errors.Is(err, session.ErrUnavailable) || s.wait(ctx, d) != nil", "true"},
	{"a refused session is ended without reading it again", "renew.go",
		"case !sameTokens(now.Session, mine.Session):", "case false:"},
	{"a refused session is ended at once", "renew.go", "if another || at.Before(settled) {",
		"if another || at.Before(settled) && false {"},
	{"the previous owner of a lease has no time to write", "renew.go",
		"next.takenOver, next.refused = true, held.refused",
		"next.takenOver, next.refused = true, held.until.Add(-time.Hour)"},
	{"a refused session is ended although another request renews", "renew.go", "if another || at.Before(settled) {",
		"if another && false || at.Before(settled) {"},
	{"a write whose answer is lost counts as another request's", "write.go", "case sameItem(there[0], item):",
		"case sameItem(there[0], item) && false:"},
	{"the generation is not compared", "open.go", "item == nil || item.Generation < generation(items[1])",
		"item == nil"},
	{"times are not compared", "open.go", "case !s.cookies.Alive(o.Session):", "case false:"},
	{"a login does not check whether its sid has ended", "create.go", "if err == nil && (ended == nil ||",
		"if err == nil && (true || ended == nil ||"},
	{"a login checks its sid before it writes its session", "create.go",
		"	if err := s.put(ctx, o.item, 0); err != nil {\n		return err\n	}\n" +
			"	ended, err := s.get(ctx, Key{where, endedSort})",
		"	ended, err := s.get(ctx, Key{where, endedSort})\n" +
			"	if err := s.put(ctx, o.item, 0); err != nil {\n		return err\n	}"},
	{"a failed deletion counts as an end", "end.go", "_, err := s.remove(ctx, o.item.Key)\n	return err",
		"_, _ = s.table.Delete(ctx, o.item.Key, 0)\n	return nil"},
	{"an end of a sid ignores sessions that it cannot remove", "end.go",
		"		if err != nil {\n			return ended, err\n		}\n		if gone", "		_ = err\n		if gone"},
	{"a logout token counts each time", "once.go", "case errors.Is(err, ErrConflict):\n		return false, nil",
		"case errors.Is(err, ErrConflict):"},
	{"a session ends after a tenth of its idle timeout", "open.go",
		"ends, _ := s.Ends(r.session)", "ends := r.session.Active.Add(s.idle / 10)"},
	{"activity is not recorded", "open.go", "x.Active = now\n	", "	"},
}

// findMutants tries cases with each mutant.
func findMutants(cases int, seed uint64) error {
	return mutants.Trial{
		Package: "./internal/tablesession", Command: "./bench/tablesessions",
		Args: []string{"-cases", fmt.Sprint(cases), "-seed", fmt.Sprint(seed)},
	}.Find(faults)
}
