package secureapi

import (
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
)

func digestOf(values ...any) map[string]any {
	d := newDigest()
	for _, v := range values {
		plain, _ := plainValue(v)
		d.add(plain)
	}
	return d.value()
}

// The numbers in CDK tokens depend on how many tokens exist. The digest must not depend on them.
func TestDigestOfTokens(t *testing.T) {
	type uri = map[string]any
	one := digestOf("GET", uri{"uri": "arn:${Token[AWS.Partition.3]}:f/${Token[TOKEN.7]}/x", "role": "${Token[TOKEN.7]}"})
	other := digestOf(
		"GET",
		uri{"uri": "arn:${Token[AWS.Partition.9]}:f/${Token[TOKEN.8]}/x", "role": "${Token[TOKEN.8]}"},
	)
	if one["sha256"] != other["sha256"] {
		t.Errorf("other numbers of tokens: got the digests %v and %v, want equal ones", one, other)
	}
	if diff := cmp.Diff([]any{"${Token[TOKEN.7]}", "${Token[AWS.Partition.3]}"}, one["tokens"]); diff != "" {
		t.Error("tokens, each once, in order (-want +got):\n" + diff)
	}
	list := digestOf([]*string{jsii.String("#{Token[TOKEN.4]}")}, -1.8881545897087626e+289)
	if diff := cmp.Diff([]any{[]any{"#{Token[TOKEN.4]}"}, -1.8881545897087626e+289}, list["tokens"]); diff != "" {
		t.Error("tokens of a list and a number (-want +got):\n" + diff)
	}
}

func TestDigestsDiffer(t *testing.T) {
	token := func(n string) string { return "${Token[TOKEN." + n + "]}" }
	seen := map[any]string{}
	for _, c := range []struct {
		name   string
		values []any
	}{
		{"nothing", nil},
		{"nil", []any{nil}},
		{"a text", []any{"a"}},
		{"two texts", []any{"a", "b"}},
		{"a list of them", []any{[]string{"a", "b"}}},
		{"both in one", []any{"a,b"}},
		{"a text of a number", []any{"1"}},
		{"a number", []any{1}},
		{"a fraction", []any{1.5}},
		{"true", []any{true}},
		{"false", []any{false}},
		{"a text of true", []any{"true"}},
		{"a map", []any{map[string]any{"a": "b"}}},
		{"with another value", []any{map[string]any{"a": "c"}}},
		{"with another name", []any{map[string]any{"b": "b"}}},
		{"an empty map", []any{map[string]any{}}},
		{"an empty list", []any{[]any{}}},
		{"a token", []any{token("1")}},
		{"the token twice", []any{token("1"), token("1")}},
		{"two tokens", []any{token("1"), token("2")}},
		{"the token in a text", []any{"a" + token("1")}},
		{"before it", []any{token("1") + "a"}},
		{"text that looks like a path", []any{`"" "" [0]`}},
	} {
		hash := digestOf(c.values...)["sha256"]
		if other, same := seen[hash]; same {
			t.Errorf("%q and %q: got the same digest", c.name, other)
		}
		seen[hash] = c.name
	}
}

func TestPlainValue(t *testing.T) {
	type resolvable struct{ hidden any }
	scopes := []*string{jsii.String("a"), jsii.String("b")}
	text := jsii.String("text")
	object := &resolvable{1}
	for _, tt := range []struct {
		name        string
		value, want any
		ok          bool
	}{
		{"nil", nil, nil, true},
		{"a nil pointer", (*string)(nil), nil, true},
		{"a pointer to a pointer", &text, "text", true},
		{"an integer", 3, 3.0, true},
		{"a list", &scopes, []any{"a", "b"}, true},
		{"a map", map[string]*bool{"a": jsii.Bool(true)}, map[string]any{"a": true}, true},
		{
			"a struct of CDK's, whose members that are nil are left out",
			&awsapigateway.CfnMethodProps{
				HttpMethod:          jsii.String("GET"),
				AuthorizationScopes: &scopes,
				Integration:         &awsapigateway.CfnMethod_IntegrationProperty{TimeoutInMillis: jsii.Number(3)},
			},
			map[string]any{
				"httpMethod":          "GET",
				"authorizationScopes": []any{"a", "b"},
				"integration":         map[string]any{"timeoutInMillis": 3.0},
			},
			true,
		},
		{"an object", object, object, false},
		{"an object in a list", []any{"a", object}, []any{"a", object}, false},
		{"an object in a struct", awsapigateway.CfnMethodProps{ApiKeyRequired: object},
			map[string]any{"apiKeyRequired": object}, false},
		{
			"a member of an enumeration",
			awsapigateway.AuthorizationType_COGNITO,
			awsapigateway.AuthorizationType_COGNITO,
			false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := plainValue(tt.value)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(resolvable{})); diff != "" || ok != tt.ok {
				t.Errorf("got ok %t, want %t (-want +got):\n%s", ok, tt.ok, diff)
			}
		})
	}
}
