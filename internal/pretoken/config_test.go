package pretoken

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestEnvironment(t *testing.T) {
	env := notes.Environment()
	const want = `{"groups":{"editors":["notes/read","notes/write"],"guests":[],"readers":["notes/read"]},` +
		`"scopes":["notes/read","notes/write","notes/purge"]}`
	if len(env) != 1 || env[Variable] != want {
		t.Errorf("got %q", env)
	}
	got, err := FromEnvironment(func(name string) string { return env[name] })
	if err != nil || !reflect.DeepEqual(got, notes) {
		t.Errorf("got %+v, %v", got, err)
	}
	none := Config{Scopes: []string{"a&<${Token[TOKEN.1]}>", "!~"}}
	env = none.Environment()
	if got, err := FromEnvironment(func(name string) string { return env[name] }); err != nil ||
		!reflect.DeepEqual(got, none) {
		t.Errorf("%s: got %+v, %v", env, got, err)
	}
}

func TestEnvironmentErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", ``, "GATEHOUSE_PRETOKEN is not set: the cognito construct sets it"},
		{"not JSON", `{`, "GATEHOUSE_PRETOKEN"},
		{"an unknown setting", `{"scopes":["a"],"group":{}}`, `"group": not known to this release`},
		{"a setting in another case", `{"Scopes":["a"]}`, `"Scopes": not known to this release`},
		{"a setting twice", `{"scopes":["a"],"scopes":["a"]}`, "GATEHOUSE_PRETOKEN"},
		{"a group twice", `{"groups":{"a":[],"a":["s"]},"scopes":["s"]}`, "GATEHOUSE_PRETOKEN"},
		{"groups as a list", `{"groups":["a"],"scopes":["s"]}`, `"groups": want an object, got an array`},
		{
			"a group's scopes as one text", `{"groups":{"a":"s"},"scopes":["s"]}`,
			`"groups": "a": a string is not a list of scopes`,
		},
		{"a group's scope that is a number", `{"groups":{"a":[1]},"scopes":["s"]}`, `"a": an array is not a list of scopes`},
		{"scopes as one text", `{"scopes":"s"}`, `"scopes": a string`},
		{"no scopes", `{"groups":{}}`, "there are no scopes to decide on: leave the trigger out"},
		{
			"a scope that the table does not have", `{"groups":{"a":["t"]},"scopes":["s"]}`,
			`Groups["a"][0]: scope "t" is not among Scopes ["s"]`,
		},
		{"a scope without text", `{"scopes":["s",""]}`, `Scopes[1]: "" is not a scope`},
		{"two scopes in one", `{"scopes":["s t"]}`, `Scopes[0]: "s t" is not a scope`},
		{"a scope with a quote", `{"scopes":["s\""]}`, `is not a scope`},
		{"a scope with a backslash", `{"scopes":["s\\"]}`, `is not a scope`},
		{"a scope with a delete", `{"scopes":["s\u007f"]}`, `is not a scope`},
		{"a scope beyond ASCII", `{"scopes":["\u00e9"]}`, `is not a scope`},
		{"a group without a name", `{"groups":{"":["s"]},"scopes":["s"]}`, `a group has no name`},
		{
			"more than an environment holds", `{"scopes":["` + strings.Repeat("s", 4096) + `"]}`,
			"has room for 4096: give fewer groups scopes",
		},
	} {
		_, err := FromLambda(func(name string) string {
			if name != Variable {
				t.Errorf("%s: %s is read", c.name, name)
			}
			return c.text
		}, nil)
		if !errors.Is(err, ErrConfig) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := New(Config{}, nil); !errors.Is(err, ErrConfig) {
		t.Errorf("New accepts a configuration without scopes: %v", err)
	}
}
