package vtl

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const body = `{"name": "it's", "n": 3, "price": 1.50, "big": 123456789012345678901, "ok": true, "none": null,
 "tags": ["a", "b"], "lines": [{"sku": "x", "qty": 2}, {"sku": "y", "qty": 5}], "at": {"a-b": {"c d": 1}}}`

// env is a request with something for every variable.
func env() *Env {
	return &Env{
		Body:           body,
		StageVariables: map[string]string{"table": "orders"},
		Params: func(kind string) []Pair {
			return map[string][]Pair{
				"path":        {{"id", "42"}},
				"querystring": {{"page", "1"}, {"page", "2"}, {"id", "query"}},
				"header":      {{"Origin", "https://a.example.com"}, {"page", "header"}},
			}[kind]
		},
		Context: func() *Map {
			claims, authorizer, root := NewMap(), NewMap(), NewMap()
			claims.Put("sub", "s-1")
			claims.Put("cognito:groups", "[admins]")
			authorizer.Put("principalId", "user")
			authorizer.Put("claims", claims)
			root.Put("stage", "prod")
			root.Put("authorizer", authorizer)
			root.Absent = Empty
			return root
		},
	}
}

func rendered(t *testing.T, template string, e *Env) Output {
	t.Helper()
	parsed, err := Parse(template, Options{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := parsed.Render(e)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The sources of cases without one are the references in the package's documentation and in the code, and the output of
// Velocity 1.7 with an InvalidReferenceEventHandler that returns empty texts, which is how API Gateway seems to work.
func TestRender(t *testing.T) {
	for _, c := range []struct{ name, template, want string }{
		{"text", "a\n b$ $5 # #1 {} $! ${ #fff", "a\n b$ $5 # #1 {} $! ${ #fff"},
		{"variables", "$context.stage/$stageVariables.table.", "prod/orders."},
		{"formal names", "${context.stage}s ${stageVariables.table}s", "prods orderss"},
		{"context that is not known is empty", "[$context.requestId]", "[]"},
		{"a missing value is an empty text", "Hello $name ${name}.", "Hello  ."},
		{"a member that is missing", "#set($m = {'n': $none})[$m.size().x] [$m.x.y] [$m.n] [$m]", "[] [] [] [{n=}]"},
		{"a missing value with a string or a number", "#set($s = 'a' + $none.x)#set($t = $none + 1)$s $t", "a 1"},
		{"claims", "$context.authorizer.claims.sub $context.authorizer.claims['cognito:groups']", "s-1 [admins]"},

		{
			"params of a name: path, query, header",
			"$input.params('id') $input.params('page') $input.params('Origin')",
			"42 2 https://a.example.com",
		},
		{"params of no name", "[$input.params('none')]", "[]"},
		{
			"params by kind",
			"$input.params().path.id $input.params().querystring.get('id') $input.params().header.Origin",
			"42 query https://a.example.com",
		},
		{"headers in their case", `[$input.params().header.get("origin")]`, "[]"},
		{"a member that has a hyphen", "$input.path('$.at').a-b", "{c d=1}"},

		{"body", "$input.body", body},
		{"json", "$input.json('$.lines')", `[{"sku":"x","qty":2},{"sku":"y","qty":5}]`},
		{"json of text", "$input.json('$.name')", `"it's"`},
		{"json of a missing value", "$input.json('$.missing')|$input.path('$.missing')|", `""||`},
		{"json of null", "$input.json('$.none')", "null"},
		{"numbers", "$input.path('$.n') $input.path('$.price') $input.path('$.big')", "3 1.5 123456789012345678901"},
		{"a map and a list as Java has them", "$input.path('$.lines[0]') $input.path('$.tags')", `{sku=x, qty=2} ["a","b"]`},
		{
			"paths",
			"$input.path('$.lines[1].sku') $input.path(\"$['at']['a-b']\") $input.path('$..qty') $input.path('$.tags[-1]') " +
				"$input.path('$.lines[*].sku') $input.path('$.tags.length()')",
			`y {c d=1} [2,5] b ["x","y"] 2`,
		},
		{
			"more paths",
			"$input.path(\"$..['sku']\") $input.json('$.at.*') $input.path('$.at.length()') [$input.path('$.n.length()')]",
			`["x","y"] [{"c d":1}] 1 []`,
		},
		{
			"members and indexes",
			"#set($b = $input.path('$'))$b.lines[1].sku $b.lines.get(0).qty $b.tags.size() $b['name']",
			"y 2 2 it's",
		},
		{"an index that is a variable", "#set($i = 1)#set($b = $input.path('$'))$b.tags[$i]", "b"},
		{"a path in a string", "#set($i = 1)$input.path(\"$.tags[$i]\")", "b"},

		{"set", `#set($a = "x")$a/$a`, "x/x"},
		{"a name may have a hyphen", `#set($a-b = "x")$a-b`, "x"},
		{"set again", `#set($a = "x")#set($a = "y")$a`, "y"},
		{"a directive takes the rest of its line", "  #set($a = 'x')  \n$a\n", "  x\n"},
		{"unless the line does not end", "#set($a = 'x')  ", "  "},
		{"but not the text on it", "b #set($a = 'x') c", "b  c"},
		{"set to a missing value", "#set($a = 'x')#set($a = $b)[$a]", "[]"},
		{"set to what cannot be computed keeps the value", "#set($a = 'x')#set($a = 1 / 0)#set($a = 1.5 % 0)$a", "x"},
		{"set a member", "#set($m = {'a': 1})#set($m.b = 2)#set($m['c d'] = 3)$m", "{a=1, b=2, c d=3}"},
		{"set an element", "#set($l = [1, 2])#set($l[0] = 'x')$l", "[x, 2]"},
		{"arithmetic", "#set($a = 7 / 2 + 3 * (2 - 5) % 4)$a #set($b = 1.5 + 1)$b #set($c = 1 / 0)$!c", "2 2.5 "},
		{"text and +", `#set($a = "n" + 1)$a`, "n1"},
		{"references in double quotes", `#set($a = "x")#set($b = "<$a-${a}> $input.path('$.n')")$b`, "<x> 3"},
		{"none in single quotes", `#set($b = '$context.stage')$b`, "$context.stage"},
		{"range", "#foreach($i in [2..0])$i#end", "210"},

		{"if", "#if($context.stage == 'prod')yes#elseif(true)no#else#{end}", "yes"},
		{"elseif", "#if(false)1#elseif('a' == 'a')2#else 3#end", "2"},
		{"else", "#if(false)1#{else}2#end", "2"},
		{"and, or, not", "#if(!false && (false || true))1#end#if(true and not false)2#end", "12"},
		{"an empty text is true, a missing value is not", "#if($input.params('none'))1#end#if($a.b)2#end#if(!$a)3#end", "12"},
		{
			"what the template has there does not",
			"#if('a')1#end#if(1)2#end#if([1])3#end#if(1 + 1 || {})4#end#if(!\"$a\")5#end#if([1..2] || 2 >= 1)6#end",
			"56",
		},
		{
			"compared by value",
			"#if(1 == 1.0)1#end#if('1' == 1)2#end#if(2 > 1 && 1 <= 1 && 1 lt 2)3#end#if('b' > 'a')4#end",
			"123",
		},
		{"missing equals missing", "#if($a == $b)1#end#if($a == '')2#end#if($a != '')3#end", "12"},
		{"lines of if and end", "a\n  #if(true)\n  b\n  #end\nc", "a\n    b\n  c"},
		{"the line of else", "#if(false)\na\n#else \n\nb\n#end", "\nb\n"},
		{"nested", "#if(true)#if(false)1#end 2#end", " 2"},

		{"foreach", "#foreach($t in $input.path('$.tags'))$foreach.index:$t#if($foreach.hasNext),#end#end", "0:a,1:b"},
		{
			"count, first, last",
			"#foreach($t in ['x','y'])$foreach.count$velocityCount$foreach.first$foreach.last #end",
			"11truefalse 22falsetrue ",
		},
		{"parent", "#foreach($a in [1,2])#foreach($b in [1])$foreach.parent.count#end#end", "12"},
		{"the loop's variable is gone", "#foreach($t in ['x'])#end[$!t]", "[]"},
		{
			"over keys",
			"#set($p = $input.params().querystring)#foreach($k in $p.keySet())$k=$p.get($k) #end",
			"page=2 id=query ",
		},
		{
			"over a map's values",
			"#set($m = {'a': 1, 'b': 2})#foreach($v in $m)$v#end#foreach($e in $m.entrySet())$e.key$e.getValue()#end",
			"12a1b2",
		},
		{"over a missing list", "#foreach($t in $none)1#end.", "."},
		{"break", "#foreach($i in [1..5])#if($i == 3)#break#end$i#end.", "12."},
		{"stop", "a#stop b", "a"},
		{"define", "#define($d)<$x>#end#set($x = 1)$d#set($x = 2)$d", "<1><2>"},
		{"the text of a define", "#define($d)<$x>#end#set($x = 1)$d.length() $util.urlEncode($d)", "3 %3C1%3E"},
		{"members that Java would make", "#set($l = [])$l.empty $l.isEmpty() #set($s = 'a')$s.empty", "true true false"},
		{"an entry", "#set($m = {'a': [1]})#foreach($e in $m.entrySet())$e $e.toString()#end", "a=[1] a=[1]"},

		{"comments", "a ## $none()\nb #* #macro *# c", "a b  c"},
		{"text that is not a template", "#[[$a #if]]#", "$a #if"},

		{"strings",
			"#set($s = 'Hello')$s.length() $s.substring(1) $s.substring(1,3) $s.toUpperCase() $s.contains('ell') " +
				"$s.indexOf('l') $s.replace('l','L') $s.equals('Hello') $s.isEmpty() " +
				"$s.concat('!') $s.startsWith('H') $s.charAt(0)",
			"5 ello el HELLO true 2 HeLLo true false Hello! true H"},
		{"split a variable", "#set($s = 'a,b,,')#set($p = $s.split(','))$p.size() $p[1] $p.get(0)", "2 b a"},
		{
			"regular expressions",
			`#set($s = "a1b22")$s.replaceAll("([0-9]+)", "<$1>") $s.replaceFirst('[a-z]', '\$') $s.matches("[a-z0-9]+")`,
			"a<1>b<22> $1b22 true",
		},
		{
			"quotes of a string's own kind are written twice",
			`#set($n = 5)#set($a = "say ""$n""!")#set($b = 'it''s')#set($c = """")#set($d = "")$a $b $c $d|$b.concat("""x""")`,
			`say "5"! it's " |it's"x"`,
		},
		{
			"a replacement is read where something is found",
			`#set($s = "ab")$s.replaceAll("x", "$1") $s.replaceFirst('x', '\')`,
			"ab ab",
		},
		{
			"the number of a group has all digits that name one",
			`#set($s = "abcdefghijk")$s.replaceAll("(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", '$11 $10 $12 $1x $111')`,
			"k j a2 ax k1",
		},
		{
			"regular expressions of Java",
			`#set($s = "baac")$s.replaceAll("a*", "-") $s.replaceFirst("a*", "-") $s.matches("[\Qabc\E]+") ` +
				`$s.split("a*").size()`,
			"-b--c- -baac true 3",
		},
		{
			"lists",
			"#set($l = [])$l.add('x') $l.add('y') $l.contains('y') $l.indexOf('y') $l.remove(0) $l",
			"true true true 1 x [y]",
		},
		{
			"maps",
			"#set($m = {})$!m.put('a', 1)$m.put('a', 2) $m.containsKey('a') $m.get('a') $m.size() $m.keySet() $m.values() " +
				"$m.getOrDefault('z', 9)",
			"1 true 2 1 [a] [2] 9",
		},
		{
			"more of strings",
			"#set($s = ' aBcB ')$s.trim() $s.lastIndexOf('B') $s.lastIndexOf('x') $s.endsWith(' ') $s.toLowerCase() " +
				"$s.trim().equalsIgnoreCase('AbCb') [$s.contains(1)] [$s.equalsIgnoreCase([])]",
			"aBcB 4 -1 true  abcb  true [] []",
		},
		{
			"split with limits",
			"#set($s = 'a,b,')#set($c = ',')$s.split(',', 2) $s.split(',', -1) $s.split('') $c.split(',').size()",
			"[a, b,] [a, b, ] [a, ,, b, ,] 0",
		},
		{
			"more of lists",
			"#set($l = ['a', 'b', 'a'])$l.lastIndexOf('a') $l.lastIndexOf('x') $l[-2] $l.set(1, 'c') $l.addAll(['d']) " +
				"$l.addAll([]) #set($x = $l.add(0, 'e'))$l.remove('a') $l.remove('x') $l",
			"2 -1 b b true false true false [e, c, a, d]",
		},
		{
			"more of maps",
			"#set($m = {'a': 1})#set($x = $m.putAll({'b': [2]}))$m.containsValue(1) $m.containsValue('1') " +
				"$m.getOrDefault('a', 9) $m.remove('a') [$m.remove('a')] $m.isEmpty() $m",
			"true false 1 1 [] false {b=[2]}",
		},
		{
			"numbers as Java has them",
			"#set($n = $util.parseJson('[1e7, 0.0001, -1.0, 12345678.5]'))$n[0] $n[1] $n[2] $n[3] " +
				"#set($d = 5.5 % 2 - 1.5 * 2)$d #set($b = $input.path('$'))$b.price.intValue() $b.n.doubleValue() " +
				"$b.ok.booleanValue()",
			"1.0E7 1.0E-4 -1.0 1.23456785E7 -1.5 1 3.0 true",
		},
		{"numbers by their methods", `#set($i = 0)$i.parseInt("12") $i.intValue()`, "12 0"},

		{
			"escapeJavaScript of control characters",
			`$util.escapeJavaScript($util.parseJson('"\b\f\n\r\t\u0001"'))`,
			`\b\f\n\r\t\u0001`,
		},
		{
			"escapeJavaScript",
			`$util.escapeJavaScript($input.path('$.name')) $util.escapeJavaScript('a"b/c\é')`,
			`it\'s a\"b\/c\\\u00E9`,
		},
		{"and back to JSON", `$util.escapeJavaScript($input.json('$.name')).replaceAll("\\'","'")`, `\"it's\"`},
		{"parseJson", `#set($j = $util.parseJson('{"a": [1, {"b": "c"}]}'))$j.a[1].b`, "c"},
		{
			"coding",
			`$util.urlEncode('a b&c/~*') $util.urlDecode('a+b%26') $util.base64Encode('hi') $util.base64Decode('aGk=')`,
			"a+b%26c%2F%7E* a b& aGk= hi",
		},
		{"of a missing value", "[$!util.urlEncode($none)]", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := rendered(t, c.template, env()).Text; got != c.want {
				t.Errorf("want %q, got %q", c.want, got)
			}
		})
	}
}

// TestOverrides checks the values of $context that a template sets.
func TestOverrides(t *testing.T) {
	out := rendered(
		t,
		"#set($context.responseOverride.status = 404)#set($context.responseOverride.header.X-a = $context.stage)"+
			"#set($context.requestOverride.querystring.q = ['a', 'b'])#set($context.requestOverride.path.id = $none)"+
			"#set($context['requestOverride'].path['a b'] = $context['stage'])"+
			"#set($n = 'x')#set($context.requestOverride.header[$n] = 'first')"+
			"[$context.requestOverride.header.put(\"$n\", 'second').length()$context.requestOverride.header.put('y', 1)]"+
			"[$context.requestOverride.header[$n] $context.requestOverride.header.y]"+
			"#set($context.responseOverride.own = {'a': 1})[$context.responseOverride.own.a]",
		env(),
	)
	if want := "[5][second 1][1]"; out.Text != want {
		t.Errorf("want %s, got %s", want, out.Text)
	}
	own := NewMap()
	own.Put("a", int64(1))
	want := []Override{
		{"responseOverride.status", "", int64(404)},
		{"responseOverride.header", "X-a", "prod"},
		{"requestOverride.querystring", "q", &List{Items: []Value{"a", "b"}}},
		{"requestOverride.path", "id", ""},
		{"requestOverride.path", "a b", "prod"},
		{"requestOverride.header", "x", "first"},
		{"requestOverride.header", "x", "second"},
		{"requestOverride.header", "y", int64(1)},
		{"responseOverride.own", "", own},
	}
	if diff := cmp.Diff(want, out.Overrides, cmp.AllowUnexported(List{}, Map{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestWithoutABody checks that $input.body is {} without a body, so that paths find nothing, and that a body that is
// not JSON is a text.
// Source: https://github.com/localstack/localstack/pull/12413
func TestWithoutABody(t *testing.T) {
	const form = "token=a&text=b"
	if got, want := rendered(t, "$input.json('$')|$input.path('$')|$input.path('$.a')|", &Env{Body: form}).Text,
		`"`+form+`"|`+form+"||"; got != want {
		t.Errorf("of a form: want %q, got %q", want, got)
	}
	if got, want := rendered(t, "$input.body|$input.json('$')|$input.path('$.a')", &Env{}).Text, "{}|{}|"; got != want {
		t.Errorf("want %q, got %q", want, got)
	}
	if got, want := rendered(t, "$util.urlEncode($input.body)", &Env{}).Text, "%7B%7D"; got != want {
		t.Errorf("want %q, got %q", want, got)
	}
	// A text has no members. Observed on AWS: https://github.com/localstack/localstack/pull/12774
	for _, body := range []string{`"#foobar123"`, "not json"} {
		if got, want := rendered(
			t,
			"$input.json('$.message')|$input.json('$.message').testAccess|$util.escapeJavaScript($input.json('$.message'))|"+
				"$input.path('$.myVar')",
			&Env{Body: body},
		).Text, `""||\"\"|`; got != want {
			t.Errorf("of %s: want %s, got %s", body, want, got)
		}
	}
}

// TestRefuses checks that unknown directives and methods are rejected when the template is parsed, with their place.
func TestRefuses(t *testing.T) {
	for _, c := range []struct{ template, place, says string }{
		{"{\n  #include('a')", "line 2, column 3", "#include('a') is not supported"},
		{"a #macro(m $x)$x#end#m('b')", "line 1, column 3", "API Gateway has no macros"},
		{"#parse('a')", "line 1, column 1", "#parse('a')"},
		{"#evaluate('a')", "", "#evaluate('a')"},
		{"#mine(" + strings.Repeat("é", 30), "", "#mine(" + strings.Repeat("é", 27) + "...: there is no such directive"},
		{"#mine()", "", "#mine(): there is no such directive"},
		{"#end", "", "#end without #if"},
		{"#else", "", "#else without #if"},
		{"#if(true)", "", "no #end"},
		{"#foreach($a in [1])#else#end", "", "#else without #if"},
		{"#foreach(a in $b)#end", "", "want #foreach($name in list)"},
		{"#foreach($context in $b)#end", "", "want #foreach($name in list)"},
		{"#define($a.b)#end", "", "want #define($name)"},
		{"#if true", "", "in parentheses"},
		{"#if(true", "", "want an operator or )"},
		{"#if(null == $a)#end", "", "the value null"},
		{"#set($a = )", "", "the value )"},
		{"#set($a == 'b')", "", "want #set($name = value)"},
		{"#set(a = 'a')", "", "want #set($name = value)"},
		{"#set($a = 'b' 'c')", "", "want one value"},
		{"#set($a = 'b", "", "a string without end"},
		{"#set($a = 'b''c)", "", "a string without end"},
		{`#set($a = "b\"c")`, "", "write the quote twice"},
		{`#set($a = "$b.none()")`, "line 1, column 14", "the method none()"},
		{"#set($a.get(1) = 2)", "", "a method's answer cannot be set"},
		{"#set($input = 'a')", "", "setting $input"},
		{"#set($context.stage = 'c')", "", "setting $context.stage"},
		{"#set($context.responseOverride.header.a.b = 'c')", "", "responseOverride.header.a.b"},
		{"#set($context.responseOverride.header = {})", "", "setting $context.responseOverride.header"},
		{"#set($context.requestOverride.headers.a = 'c')", "", "setting $context.requestOverride.headers.a"},
		{"#set($context.requestOverride.header.put('a', 'b') = 'c')", "", "setting $context.requestOverride.header.put"},
		{"#set($context[$a].header.a = 'c')", "", "setting $context[$a].header.a"},
		{"$context.requestOverride.header.remove('a')", "", "$context.requestOverride.header cannot be read"},
		{"$context.requestOverride.header", "", "$context.requestOverride.header cannot be read"},
		{"$context.requestOverride.none.a", "", "$context.requestOverride.none.a cannot be read"},
		{"$context.requestOverride", "", "$context.requestOverride cannot be read"},
		{"#set($a = [1, 2)", "", "want , or ]"},
		{"#set($a = [1 2])", "", "want , or ]"},
		{"#set($a = [1..2, 3])", "", "the range [1..2, 3]): want ]"},
		{"#set($a = {'b': 1 'c': 2})", "", "want , or }"},
		{"#set($a = (1", "", "the end of the line: want )"},
		{"#set($a = ", "", "a value is missing at the end"},
		{"#set($a = -b)", "", "-b) is not a number"},
		{`#set($a = "#end")`, "", "#end in a string without its #if"},
		{"#foreach($a in $b #end", "", "want ) after the list of #foreach"},
		{"a \\#if(true)#end", "line 1, column 3", "the escape"},
		{"$input", "", "want a member of $input"},
		{"$input.json('$.')", "", "are supported"},
		{"$input.json('$a')", "", "want . or [ after a part"},
		{"$input.json(\"$['a\")", "", "are supported"},
		{"$input.json('$[1')", "", "are supported"},
		{"#set($a = {'b' 2})", "", "want : after a key"},
		{"#set($a = 'x'.split(','))", "", "want one value"},
		{"a \\$context.stage", "line 1, column 3", "the escape"},
		{"${context.stage", "", "no } after the name"},
		{"#* a", "", "no *#"},
		{"#[[ a", "", "no ]]#"},
		{"$context", "", "name one of its members"},
		{"$input.bodies", "", "$input has body"},
		{"$input.params().headers", "", "path, querystring and header"},
		{"$input.json('a.b')", "", "begins with $"},
		{"$input.path('$.a[?(@.b)]')", "", "are supported"},
		{"$util.toJson($a)", "", "$util has escapeJavaScript()"},
		{"$util.urlEncode()", "", "takes 1 argument"},
		{"$a.format('x')", "line 1, column 3", "the method format('x') is not supported"},
		{"$a.substring()", "", "1 or 2 arguments, not 0"},
		{"$a.replaceAll('(?=x)', 'y')", "", `the regular expression "(?=x)"`},
		{"$a.class.name", "", "reflection"},
		{"$a[1", "", "want one value and ]"},
		{"$context.none", "", "no such variable"},
		{strings.Repeat("#if(true)", 70), "", "nested more than 64 deep"},
		{"#set($a = " + strings.Repeat("(", 100) + "1", "", "nested more than 64 deep"},
		{strings.Repeat("x", maxTemplate+1), "", "API Gateway takes 307200"},
	} {
		t.Run(c.says, func(t *testing.T) {
			_, err := Parse(c.template, Options{Context: func(name string) error {
				if name == "none" {
					return errors.New("no such variable")
				}
				return nil
			}})
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), c.place) {
				t.Errorf("want an error at %q that says %q, got %v", c.place, c.says, err)
			}
		})
	}
}

// TestFails has templates that fail only for some requests, and templates that would not end.
func TestFails(t *testing.T) {
	for _, c := range []struct {
		name, template string
		is             error
		says           string
	}{
		{"body", "$input.json('$.a')", ErrBody, "the body is not JSON: "},
		{"index", "#set($l = [1])$l[2]", ErrRender, "the index 2 is outside a list of 1"},
		{"get", "#set($l = [1])$l.get(-1)", ErrRender, "the index -1 is outside a list of 1"},
		{"set", "#set($l = [1])$l.set(-1, 2)", ErrRender, "the index -1 is outside a list of 1"},
		{"add", "#set($l = [1])$l.add(2, 2)", ErrRender, "the index 2 is outside a list of 1"},
		{"remove", "#set($l = [1])$l.remove(-1)", ErrRender, "the index -1 is outside a list of 1"},
		{"substring", "#set($s = 'a')$s.substring(2)", ErrRender, "not within a string of 1"},
		{"null argument", "#set($s = 'a')$s.concat([$none..2])", ErrRender, "an argument is missing"},
		{"path", `#set($p = 'x')$input.json("$p")`, ErrBody, "the body is not JSON: "},
		{"base64", "$util.base64Decode('%')", ErrRender, "base64Decode"},
		{"JSON", "$util.parseJson('{')", ErrRender, "parseJson"},
		{"pattern", "#set($p = '(')#set($s = 'a')$s.replaceAll($p, '')", ErrRender, "replaceAll()"},
		{"group", "#set($s = 'a')$s.replaceAll('a', '$1')", ErrRender, "no group 1"},
		{"a dollar sign", "#set($s = 'a')$s.replaceAll('a', '$')", ErrRender, "without the number of a group"},
		{"a group's name", "#set($s = 'a')$s.replaceAll('(?<n>a)', '${n}')", ErrRender, "use its number"},
		{"a backslash", `#set($s = 'a')$s.replaceAll('a', '\')`, ErrRender, "ends with a backslash"},
		{"two JSON values", "$util.parseJson('1 2')", ErrRender, "there is more after the JSON value"},
		{"deep JSON", "$util.parseJson('" + strings.Repeat("[", 100) + "')", ErrRender, "nested more than 64 deep"},
		{"a URL", "$util.urlDecode('%')", ErrRender, "urlDecode"},
		{"a number", "#set($i = 0)$i.parseInt('a')", ErrRender, `"a" is not a whole number`},
		{"iterations", "#foreach($i in [1..1001])#end", ErrRender, "more than 1000 iterations"},
		{"range", "#set($l = [1..999999999])", ErrRender, "too long"},
		{
			"loops in loops",
			strings.Repeat("#foreach($i in [1..1000])", 4) + "x" + strings.Repeat("#end", 4),
			ErrRender,
			"steps",
		},
		{"growing", "#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..40])#set($s = $s + $s)#end", ErrRender, "bytes"},
		{
			"growing by replace",
			"#set($s = 'aaaaaaaaaaaaaaaa')#foreach($i in [1..9])#set($s = $s.replace('a', 'aaaaaaaa'))#end",
			ErrRender,
			"bytes",
		},
		{"defined by itself", "#define($d)$d#end$d", ErrRender, "nested"},
	} {
		t.Run(c.name, func(t *testing.T) {
			template, err := Parse(c.template, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = template.Render(&Env{Body: "{"}); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("want %v that says %q, got %v", c.is, c.says, err)
			}
		})
	}
}

// TestSelf checks the text of a map that contains itself.
func TestSelf(t *testing.T) {
	got := rendered(t, "#set($m = {})$!m.put('m', $m)#if($m == $m)$m#end", &Env{}).Text
	if !strings.HasPrefix(got, "{m={m={m=") || !strings.Contains(got, "...") {
		t.Errorf("got %.200s", got)
	}
}

// FuzzRender checks that a template is rejected or rendered, in bounded time, and that a text without Velocity's
// characters is rendered unchanged.
func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"{ statusCode: 200 }",
		`#set($o = $input.params().header.get("Origin"))` + "\n" +
			`#if($o == "")` + "\n" + ` #set($context.responseOverride.header.X = $o)` + "\n#end",
		`#set($p = $input.params())#foreach($t in $p.keySet())#foreach($k in $p.get($t).keySet())"$k": ` +
			`"$util.escapeJavaScript($p.get($t).get($k)).replaceAll("\\'","'")"#if($foreach.hasNext),#end#end#end`,
		"#define($loop)#foreach($k in $map.keySet())$k#end#end#set($map = $context.authorizer)$loop",
		"#[[a]]# #* b *# ## c\n$!{x.y[0].z('a', 1)} ${a}",
		"#set($a = (1 + 2) * -3 % 4 / 5.5)#set($b = [1..3])#set($c = {'d': [true]})$a$b$c",
		"$input.json('$..a[*][\"b\"]')$util.parseJson('[1]')[0]",
		"#if(!$a && 'b' ne 'c' || 1 <= 2)#elseif(false)#else#end#stop",
	} {
		f.Add(s, body)
	}
	f.Fuzz(func(t *testing.T, text, body string) {
		template, err := Parse(text, Options{})
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("want a SyntaxError with its place, got %v", err)
			}
			return
		}
		e := env()
		e.Body = body
		out, err := template.Render(e)
		switch {
		case err != nil && !errors.Is(err, ErrRender) && !errors.Is(err, ErrBody):
			t.Fatalf("want ErrRender or ErrBody, got %v", err)
		case err == nil && !strings.ContainsAny(text, "$#") && out.Text != text:
			t.Fatalf("want the text itself, got %q", out.Text)
		case len(out.Text) > maxBytes:
			t.Fatalf("%d bytes", len(out.Text))
		}
	})
}
