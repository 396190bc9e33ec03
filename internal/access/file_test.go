package access

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarshal(t *testing.T) {
	table, err := NewTable([]Rule{
		rule("GET /orders/{id}", scope("orders:read", "orders:write"), group("staff & \"friends\" <all>")),
		elsewhere("ANY /{proxy+}"),
		rule("GET /"),
		forwarding("GET /reports"),
	})
	if err != nil {
		t.Fatal(err)
	}
	// Each route has its own line, and no browser or template can read a part as markup.
	const want = `{"version":1,"routes":[` + "\n" +
		`{"route":"GET /orders/{id}","requires":[{"kind":"scope","anyOf":["orders:read","orders:write"]},` +
		`{"kind":"group","anyOf":["staff \u0026 \"friends\" \u003call\u003e"]}]},
{"route":"ANY /{proxy+}","elsewhere":true},
{"route":"GET /"},
{"route":"GET /reports","forward":true}
]}
`
	if diff := cmp.Diff(want, string(table.Marshal())); diff != "" {
		t.Error(diff)
	}
	again, err := Parse([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(table.Rules(), again.Rules()); diff != "" {
		t.Error(diff)
	}
}

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		table, err := NewTable(randomRules(r))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(table.Marshal())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(table.Rules(), again.Rules()); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestParseErrors(t *testing.T) {
	const other = "build the authorizer and the stack from one release"
	for _, c := range []struct{ name, in, want string }{
		{"empty", ``, `not JSON`},
		{"cut off", `{"version":1,"routes":[`, `not JSON`},
		{"something follows", `{"version":1,"routes":[]}{}`, `something follows the value`},
		{"no object", `[]`, `want an object, got an array`},
		{"no version", `{"routes":[]}`, `want the members "version" and "routes"`},
		{"no routes", `{"version":1}`, `want the members "version" and "routes"`},
		{"a newer version", `{"version":2,"routes":[]}`, `version 2, want 1: ` + other},
		{"a newer version whose number comes last", `{"routes":[{"when":"noon"}],"version":2}`,
			`"routes": route 1: "when": not known to this release`},
		{"a newer version, as it is written", `{"version":2,"routes":[{"when":"noon"}]}`, `version 2, want 1: ` + other},
		{"version as a string", `{"version":"1","routes":[]}`, `version "1", want 1: ` + other},
		{"unknown member", `{"version":1,"routes":[],"x":0}`, `"x": not known to this release: ` + other},
		{"unknown member of a route", `{"version":1,"routes":[{"route":"GET /","deny":true}]}`,
			`"routes": route 1: "deny": not known to this release: ` + other},
		{"unknown member of a requirement",
			`{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"scope","anyOf":["a"],"allOf":["b"]}]}]}`,
			`"routes": route 1: "requires": "allOf": not known to this release: ` + other},
		{"another case is another name", `{"version":1,"routes":[{"route":"GET /","Requires":[]}]}`,
			`"routes": route 1: "Requires": not known to this release: ` + other},
		{"forward is not a boolean", `{"version":1,"routes":[{"route":"GET /","forward":"yes"}]}`,
			`"routes": route 1: "forward": want a boolean, got a string`},
		{"twice", `{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"scope","anyOf":["a"]}],"requires":[]}]}`,
			`a member name occurs twice`},
		{"routes is no array", `{"version":1,"routes":{}}`, `"routes": want an array, got an object`},
		{"a route is no object", `{"version":1,"routes":["GET /"]}`, `"routes": route 1: want an object, got a string`},
		{"the pattern is not a string", `{"version":1,"routes":[{"route":1}]}`,
			`"routes": route 1: "route": want a string, got a number`},
		{"no pattern", `{"version":1,"routes":[{}]}`,
			`"routes": route 1: route: pattern "": want a verb, one space and a path`},
		{"a wrong pattern", `{"version":1,"routes":[{"route":"GET /"},{"route":"get /"}]}`,
			`"routes": route 2: route: pattern "get /": verb "get": verbs are written in upper case: "GET"`},
		{"elsewhere is not a boolean", `{"version":1,"routes":[{"route":"GET /","elsewhere":"no"}]}`,
			`"routes": route 1: "elsewhere": want a boolean, got a string`},
		{"requires is null", `{"version":1,"routes":[{"route":"GET /","requires":null}]}`,
			`"routes": route 1: "requires": want an array, got null`},
		{"a value is not a string", `{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"scope",` +
			`"anyOf":["a",1]}]}]}`,
			`"routes": route 1: "requires": "anyOf": want a string, got a number`},
		{"a requirement that no caller meets", `{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"scope"}]}]}`,
			`access: route "GET /": a scope requirement without a value admits no caller`},
		{"an unknown kind", `{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"ip","anyOf":["::1"]}]}]}`,
			`unknown kind of requirement "ip"`},
		{"one route twice", `{"version":1,"routes":[{"route":"GET /"},{"route":"GET /"}]}`, `is declared twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := Parse([]byte(c.in))
			if err == nil {
				t.Fatalf("want an error, got %v", table.Rules())
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("want %s\n got %v", c.want, err)
			}
		})
	}
}

// FuzzParse checks that an accepted table is written and read again without a change.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`{"version":1,"routes":[]}`,
		`{"version":1,"routes":[{"route":"GET /orders/{id}","requires":[{"kind":"scope","anyOf":["orders:read"]}]},` +
			`{"route":"ANY /{proxy+}","elsewhere":true}]}`,
		`{"version":1,"routes":[` + "\n" +
			`{"route":"GET /","requires":[{"kind":"group","anyOf":["a\u0026b"]}]}` + "\n]}\n",
		`{"version":1,"routes":[{"route":"GET /","elsewhere":false,"requires":[]}]}`,
		`{"version":2}`, `{"routes":null,"version":1}`,
		`{"version":1,"routes":[` +
			`{"route":"GET /u/{id}","requires":[{"kind":"pathIs","parameter":"id","claim":"sub"}]},` +
			`{"route":"GET /t/{t}/{x}","requires":[{"kind":"pathIn","parameter":"t","claim":"app.tenants"},` +
			`{"kind":"either","either":[{"kind":"pathIs","parameter":"x","claim":"sub"},{"kind":"group","anyOf":["g"]}]}]}]}`,
		`{"version":1,"routes":[{"route":"GET /u/{id+}","requires":[{"kind":"pathIs","parameter":"id","claim":"sub",` +
			`"anyOf":["x"]}]}]}`,
		`{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"claim","claim":"a.b","anyOf":["x","7"]},` +
			`{"kind":"claimHas","claim":"amr","anyOf":["mfa"]}]}]}`,
		`{"version":1,"routes":[{"route":"GET /","requires":[{"kind":"either","either":[{"kind":"scope","anyOf":["a"]},` +
			`{"kind":"claim","claim":"c","anyOf":["x"]}]}]}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Parse(data)
		if err != nil {
			return
		}
		file := table.Marshal()
		again, err := Parse(file)
		if err != nil {
			t.Fatalf("%q was written as %q: %v", data, file, err)
		}
		if diff := cmp.Diff(table.Rules(), again.Rules()); diff != "" {
			t.Error(diff)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	var rules []Rule
	for i := range 100 {
		s := string(rune('a'+i%26)) + string(rune('a'+i/26))
		rules = append(rules, rule("GET /v1/"+s+"/{id}", scope(s+":read", s+":write"), group("staff")))
	}
	table, err := NewTable(rules)
	if err != nil {
		b.Fatal(err)
	}
	file := table.Marshal()
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(file); err != nil {
			b.Fatal(err)
		}
	}
}
