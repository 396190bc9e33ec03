package matrix

import (
	"strings"
	"testing"
)

func TestOriginsOf(t *testing.T) {
	const set = `#set($context.responseOverride.header.Access-Control-Allow-Origin = `
	const read = `#set($origin = $input.params().header.get("Origin"))
#if($origin == "")
  #set($origin = $input.params().header.get("origin"))
#end
`
	for _, tt := range []struct{ name, template, want string }{
		{"nothing of it", `{"a": "https://x.example"}`, ""},
		{"one origin", read + "#if($origin == \"https://a.example\")\n  " + set + "$origin)\n#end", "https://a.example"},
		{"two", read + `#if($origin == "https://a.example" || $origin == "http://localhost:8080")` + set + `$origin)#end`,
			"https://a.example http://localhost:8080"},
		{"a text", set + `"https://a.example")`, "https://a.example"},
		{"every origin as a text", set + `'*')`, "*"},
		{"that of the request", set + `$input.params().header.get("Origin"))`, "not known"},
		{"that of the request, in a variable", read + set + "$origin)", "not known"},
		{"one that a pattern matches", read + `#if($origin.matches("https://.*"))` + set + "$origin)#end", "not known"},
		{"one of two, and another one by a pattern",
			read + `#if($origin == "https://a.example" || $origin.matches(".*"))` + set + "$origin)#end", "not known"},
		{"in brackets", `#set($context.responseOverride.header["Access-Control-Allow-Origin"] = "https://a.example")`,
			"not known"},
		{"in lower case", strings.Replace(set, "Access-C", "access-c", 1) + `"https://a.example")`, "https://a.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(originsOf(tt.template), " ")
			if before, _, cut := strings.Cut(got, ":"); cut && before == "not known" {
				got = before
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
