package mapping

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/httpname"
)

func TestVelocity(t *testing.T) {
	for _, c := range []struct {
		name, template, want string
		overrides            exchange.Headers
	}{
		{"text", "a\n b$ $5 # #1 {}", "a\n b$ $5 # #1 {}", nil},
		{"variables", "$context.stage/$stageVariables.table.", "prod/orders.", nil},
		{
			"a header in its case",
			`$input.params().header.get("Origin")|$input.params().header.get('origin')|`,
			"https://b.example.com||",
			nil,
		},
		{"set", `#set($a = "x")$a/$a`, "x/x", nil},
		{"a name may have a hyphen", `#set($a-b = "x")$a-b`, "x", nil},
		{"set to a value", `#set( $a=$context.stage )[$a]`, "[prod]", nil},
		{"set again", `#set($a = "x")#set($a = "y")$a`, "y", nil},
		{"a directive takes its line", "  #set($a = 'x')  \n$a\n", "x\n", nil},
		{"but not the text on it", "b #set($a = 'x') c", "b  c", nil},
		{"if holds", "#if($context.stage == 'prod')yes#end no", "yes no", nil},
		{"if does not hold", "#if($context.stage == 'dev')yes#end no", " no", nil},
		{"the second of two", "#if($context.stage == 'dev' || 'prod' == $context.stage)yes#end", "yes", nil},
		{"lines of if and end", "a\n  #if($context.stage == \"prod\")\n  b\n  #end\nc", "a\n  b\nc", nil},
		{"nested", "#if('a' == 'a')#if('b' == 'c')1#end 2#end", " 2", nil},
		{"a variable that was not set is as it stands", "#if('a' == 'b')#set($x = 'y')#end[$x]", "[$x]", nil},
		{"and equals nothing", "#if('a' == 'b')#set($x = '')#end#if($x == '')1#end#if($x == $x)2#end.", ".", nil},
		{"and sets nothing", "#set($y = '1')#if('a' == 'b')#set($x = '2')#end#set($y = $x)$y", "1", nil},
		{"override", "#set($context.responseOverride.header.X-a = 'b')", "", exchange.Headers{{Name: "X-a", Value: "b"}}},
		{
			"override twice",
			"#set($context.responseOverride.header.X-a = 'b')#set($context.responseOverride.header.x-A = 'c')",
			"",
			exchange.Headers{{Name: "x-A", Value: "c"}},
		},
		{"a header that would end its line", "#set($context.responseOverride.header.X-a = $stageVariables.evil)", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			template, err := parseVelocity(c.template)
			if err != nil {
				t.Fatal(err)
			}
			text, overrides := template.render(source(func(s *Source) { s.StageVariables["evil"] = "a\r\nb" }))
			if text != c.want {
				t.Errorf("want %q, got %q", c.want, text)
			}
			if diff := cmp.Diff(c.overrides, overrides); diff != "" {
				t.Errorf("headers: -want +got:\n%s", diff)
			}
		})
	}
}

// Every other construct is an error that names it.
func TestVelocityRefuses(t *testing.T) {
	for _, c := range []struct{ template, names string }{
		{"#foreach($a in $b)$a#end", "#foreach($a in $b)"},
		{"#if('a' == 'a')#else#end", "#else#end"},
		{"#if('a' == 'a')#elseif('b' == 'b')#end", "#elseif('b' == 'b')"},
		{"#macro(a)#end", "#macro(a)"},
		{"#define($a)#end", "#define($a)"},
		{"#parse('a')", "#parse('a')"},
		{"#stop", "#stop"},
		{"#{if}('a' == 'a')#end", "#{if}"},
		{"#mine()", "#mine()"},
		{"## comment", "## comment"},
		{"#* comment *#", "#* comment *#"},
		{"#[[text]]#", "#[[text]]#"},
		{"#end", "#end without #if"},
		{"#if('a' == 'a')", "no #end"},
		{"#if('a')#end", "comparison by =="},
		{"#if($context.stage)#end", "comparison by =="},
		{"#if('a' != 'b')#end", "#if('a' != 'b')"},
		{"#if('a' == 'b' && 'c' == 'd')#end", "&&"},
		{"#if(!$context.stage)#end", "!$context.stage"},
		{"#if(('a' == 'b'))#end", "the value ("},
		{"#if(1 == 1)#end", "the value 1"},
		{"#if 'a'", "#if 'a'"},
		{"#set($a = 1)", "the value 1"},
		{"#set($a = true)", "the value true"},
		{"#set($a = ['b'])", "the value ['b']"},
		{"#set($a = 'b' + 'c')", "want one value"},
		{"#set($a == 'b')", "#set($a == 'b')"},
		{`#set($a = "$context.stage")`, `"$context.stage"`},
		{`#set($a = "b""c")`, `"b""c"`},
		{"#set($a = 'b)", "a string without end"},
		{"#set($a.b = 'c')", "$a.b"},
		{"#set($a['b'] = 'c')", "$a['b']"},
		{"#set($context.stage = 'c')", "setting $context.stage"},
		{"#set($context.responseOverride.status = '400')", "responseOverride.status"},
		{"#set($context.responseOverride.header.a.b = 'c')", "responseOverride.header.a.b"},
		{"#set($context.requestOverride.header.a = 'b')", "requestOverride"},
		{"#set($input = 'a')", "setting $input"},
		{"#set($ = 'a')", "setting $"},
		{"#set(a = 'a')", "#set(a = 'a')"},
		{"$a", "$a"},
		{"$a#set($a = 'b')", "$a"},
		{"${context.stage}", "${"},
		{"$!context.stage", "$!"},
		{"$context.none", "$context.none"},
		{"$context.error.message", "$context.error.message"},
		{"$context", "$context"},
		{"$stageVariables", "$stageVariables"},
		{"$stageVariables.a()", "$stageVariables.a()"},
		{"$input.body", "$input.body"},
		{"$input.json('$.a')", "$input.json('$.a')"},
		{"$input.params('a')", "$input.params('a')"},
		{"$input.params().querystring.get('a')", "$input.params()"},
		{"$input.params().header.get('a').toLowerCase()", "toLowerCase()"},
		{"$input.params().header.get('a', 'b')", "get('a', 'b')"},
		{"$input.params().header.get('a'", "get('a'"},
		{"$util.urlDecode('a')", "$util.urlDecode('a')"},
		{"$context.stage.length()", "$context.stage.length()"},
		{strings.Repeat("#if('a' == 'a')", 40), "nested more than 32 deep"},
	} {
		t.Run(c.template, func(t *testing.T) {
			_, err := parseVelocity(c.template)
			if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), c.names) {
				t.Errorf("want ErrUnsupported that names %s, got %v", c.names, err)
			}
		})
	}
}

// A template is refused or rendered, and what has no sign of Velocity is rendered as it is.
func FuzzVelocity(f *testing.F) {
	for _, s := range []string{
		preflight("a", "b", "c").Integration.Responses[0].Templates["application/json"],
		"{ statusCode: 200 }",
		"$",
		"#",
		"#if($a == \"\")\n#end",
		"#set($a = 'b')$a",
		"$context.stage",
		"#set($context.responseOverride.header.a = $input.params().header.get('Origin'))",
		"#if('a'=='b'||'c'=='c')\r\n x\n\t#end \n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := source()
		if template, err := parseVelocity(text); err == nil {
			out, overrides := template.render(s)
			if !strings.ContainsAny(text, "$#") && out != text {
				t.Fatalf("want the text itself, got %q", out)
			}
			for _, h := range overrides {
				if !httpname.IsToken(h.Name) || !httpname.IsValue(h.Value) {
					t.Fatalf("the header %q: %q cannot be sent", h.Name, h.Value)
				}
			}
			if strings.Contains(text, "#foreach") || strings.Contains(text, "#else") || strings.Contains(text, "$util") {
				t.Fatalf("%q is not supported, and was read", text)
			}
		} else if !errors.Is(err, ErrUnsupported) {
			t.Fatalf("want ErrUnsupported, got %v", err)
		}
		if template, err := parseSubstitution(text, func(string) {}); err == nil {
			if out := template.render(s, &Failure{}); !strings.ContainsRune(text, '$') && out != text {
				t.Fatalf("want the text itself, got %q", out)
			}
		} else if !errors.Is(err, ErrUnsupported) {
			t.Fatalf("want ErrUnsupported, got %v", err)
		}
		mockStatus(text)
	})
}
