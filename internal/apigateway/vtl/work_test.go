package vtl

import (
	"errors"
	"strings"
	"testing"
)

// TestWork checks that repeated reading in a template is limited, like its output. Each of these would run for minutes
// or hours.
func TestWork(t *testing.T) {
	const (
		itself = "#set($m = {})#set($x = $m.put('a', $m))#set($x = $m.put('b', $m))"
		long   = "#set($l = [1..9000])#set($x = $l.addAll($l))#set($x = $l.addAll($l))#set($x = $l.addAll($l))"
	)
	body := `{"of": [` + strings.Repeat(`{"a": 1, "b": "cccccccccc"},`, 20_000) + `0]}`
	for _, c := range []struct{ name, before, each string }{
		{"a map that holds itself twice is compared", itself, "#if($m == 'x')#end"},
		{"it is a key", itself, "#set($x = $m.containsKey($m))"},
		{"it is an index", itself, "#set($x = $m[$m])"},
		{"it is a key of a map that is made", itself, "#set($x = {$m: 1})"},
		{"it is the name of a parameter", itself, "#set($x = $input.params($m))"},
		{"a long list is searched", long, "#set($x = $l.contains('x'))"},
		{"it is copied for a loop", long, "#foreach($x in $l)#break#end"},
		{"it is added", long, "#set($k = [])#set($x = $k.addAll($l))"},
		{"a path finds much", "", "#set($x = $input.path('$..z'))"},
		{"a text is searched", "", "#set($x = $input.body.indexOf('z'))"},
		{"a text is matched", "", "#set($x = $input.body.matches('(a|b|[^z])*z'))"},
	} {
		template, err := Parse(c.before+"#foreach($i in [1..1000])#foreach($j in [1..1000])"+c.each+"#end#end", Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = template.Render(&Env{Body: body, spent: maxSteps * 9 / 10})
		if !errors.Is(err, ErrRender) || !strings.Contains(err.Error(), "it takes more than 1000000 steps") {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// TestStepsOfStrings checks that methods of a string count by its length, and regular expressions by the text that they
// search, so that a loop over a long text ends after a few rounds.
func TestStepsOfStrings(t *testing.T) {
	text := strings.Repeat("abcdefghij klmnopqrstuvwx ", 4_000)
	for _, c := range []struct {
		name, method string
		args         []Value
		least        int // steps of one call
		most         int
	}{
		{"lower case", "toLowerCase", nil, 200, 300},
		{"replace", "replace", []Value{"a", "b"}, 200, 300},
		{"replaceAll", "replaceAll", []Value{"[aeiou]", ""}, 3_000, 10_000},
		{"replaceAll of a large expression", "replaceAll", []Value{"[a-z]{200}1", ""}, 150_000, 200_000},
		{"replaceAll that reads to the end for each match", "replaceAll", []Value{"x.*y|x", ""}, maxSteps, maxSteps},
		{"replaceFirst that finds at once", "replaceFirst", []Value{"a", ""}, 200, 300},
		{"matches", "matches", []Value{"(a|b|[^1])*1"}, 5_000, 15_000},
		{"split", "split", []Value{"[a-e]+1"}, 3_000, 10_000},
		{"a large expression that is made", "matches", []Value{"[a-z]{900}"}, 100, 1_000_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &rendering{env: &Env{}}
			if c.least == maxSteps {
				r.steps = maxSteps * 9 / 10 // the remaining steps take less time
			}
			_, err := r.call(step{name: c.method}, text, c.args)
			if r.steps < c.least || r.steps > c.most {
				t.Errorf("%d steps, want %d to %d", r.steps, c.least, c.most)
			}
			if (err != nil) != (r.steps == maxSteps) {
				t.Errorf("%d steps, %v", r.steps, err)
			}
		})
	}
}

// A loop over a body as large as API Gateway's templates see them is within the bounds.
func TestWorkOfALoop(t *testing.T) {
	body := `[` + strings.Repeat(`{"a": 1, "b": "cccccccccc"},`, 999) + `{"a": 2}]`
	template, err := Parse("#set($l = $input.path('$'))#set($n = $l.size() - 1)#foreach($i in [0..$n])"+
		"#if($l.get($i).a == 2)#set($last = $l[$i].a)#end#end$last", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := template.Render(&Env{Body: body}); err != nil || out.Text != "2" {
		t.Errorf("got %q, %v", out.Text, err)
	}
}

// TestManySigns checks that characters of Velocity that begin no directive are text, and that many of them take no more
// time than other text.
func TestManySigns(t *testing.T) {
	text := strings.Repeat("# $", maxTemplate/3)
	template, err := Parse(text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(template.nodes) != 1 {
		t.Errorf("got %d nodes, want one", len(template.nodes))
	}
	if out, err := template.Render(&Env{}); err != nil || out.Text != text {
		t.Errorf("got %d bytes of %d, %v", len(out.Text), len(text), err)
	}
}
