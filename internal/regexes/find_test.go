package regexes

import (
	"errors"
	"strings"
	"testing"
)

// TestWorkOfASearch checks that the cost of a search grows with the text that it reads, even if it reads the text to
// its end for each match, and with the size of the expression.
func TestWorkOfASearch(t *testing.T) {
	const length = 1_000
	text := strings.Repeat("x", length)
	for _, c := range []struct {
		name, expression string
		limit            int
		least, most      int // characters that are read, for each of the text
	}{
		{"nothing is found", `z`, -1, 3, 20},
		{"each character is found", `x`, -1, 10, 40},
		{"the first is found", `x`, 1, 0, 1},
		{"to the end for each match", `x.*y|x`, -1, length, 20 * length},
		{"that behind a place", `\Bx.*y|x`, -1, length, 40 * length},
		{"a large expression", `[xy]{400}z`, -1, 400, 900},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Java(c.expression)
			if err != nil {
				t.Fatal(err)
			}
			const enough = 1 << 40
			work := &Work{Left: enough}
			if _, err := p.FindAll(text, c.limit, work); err != nil {
				t.Fatal(err)
			}
			if spent := enough - work.Left; spent < c.least*length || spent > c.most*length {
				t.Errorf("it took %d, want %d to %d", spent, c.least*length, c.most*length)
			}
			if c.least == 0 {
				return
			}
			if found, err := p.FindAll(text, c.limit, &Work{Left: c.least*length - 1}); !errors.Is(err, ErrWork) {
				t.Errorf("found %d for less work, %v", len(found), err)
			}
		})
	}
	p, err := Whole(`(?:x|y)*`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.MatchWithin(text, &Work{Left: length}); !errors.Is(err, ErrWork) {
		t.Errorf("a whole text, for less work: %v", err)
	}
	if err := p.Compiled(&Work{Left: 10}); !errors.Is(err, ErrWork) {
		t.Errorf("an expression that is made, for less work: %v", err)
	}
}

// TestDepth checks that an expression of the maximum depth of Go is rejected or found, and does not panic. After the
// first character it is searched inside of another expression.
func TestDepth(t *testing.T) {
	for depth := 990; depth < 1_003; depth++ {
		p, err := Java(`\b` + strings.Repeat("(", depth) + "a" + strings.Repeat(")", depth))
		if err == nil {
			_, err = p.FindAll("a a", -1, &Work{Left: 1_000_000})
		}
		if err != nil && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%d groups: %v", depth, err)
		}
		whole, err := Whole(strings.Repeat("(", depth) + "a" + strings.Repeat(")", depth))
		if err == nil {
			_, err = whole.Match("a")
		}
		if err != nil && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%d groups of a whole text: %v", depth, err)
		}
	}
}
