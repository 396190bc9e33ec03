package strictjson

import (
	"errors"
	"strings"
	"testing"
)

func TestEach(t *testing.T) {
	stop := errors.New("stop")
	for _, c := range []struct {
		name, text string
		members    bool
		want, err  string
	}{
		{"an object", `{"b":1,"a":2}`, true, "b1 a2", ""},
		{"an object to a member that cannot be read", `{"b":1,"stop":2,"a":3}`, true, "b1", `"stop": stop`},
		{"an empty object", `{}`, true, "", ""},
		{"no object", `[1]`, true, "", "want an object, got an array"},
		{"an array", `[2,1]`, false, "2 1", ""},
		{"an array to an element that cannot be read", `[2,"stop",1]`, false, "2", "stop"},
		{"an empty array", `[]`, false, "", ""},
		{"no array", `{"a":1}`, false, "", "want an array, got an object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			var seen []string
			see := func(name string, v Value) error {
				if name == "stop" || v.Raw() == `"stop"` {
					return stop
				}
				seen = append(seen, name+v.Raw())
				return nil
			}
			if c.members {
				err = v.EachMember(see)
			} else {
				err = v.EachElement(func(v Value) error { return see("", v) })
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if got := strings.Join(seen, " "); got != c.want || text != c.err ||
				strings.Contains(c.err, "stop") != errors.Is(err, stop) {
				t.Errorf("read %q, then %v; want %q, then %q", got, err, c.want, c.err)
			}
		})
	}
}
