package cloudassembly

import (
	"fmt"
	"strings"
	"testing"
)

func TestWithoutPermission(t *testing.T) {
	permit := func(function, principal string) string {
		return fmt.Sprintf(`{"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": %s, "Principal": %q}}`, function, principal)
	}
	const gateway = "apigateway.amazonaws.com"
	arn := func(id string) string { return fmt.Sprintf(`{"Fn::GetAtt": [%q, "Arn"]}`, id) }
	for _, c := range []struct {
		name    string
		changes []string
		want    string
	}{
		{"none is permitted", nil, "Shop/Fn Shop/AuthFn"},
		{"both are, by ARN and by name", []string{"P", permit(arn("Fn"), gateway), "Q", permit(`{"Ref": "AuthFn"}`, gateway)}, ""},
		{"to everybody", []string{"P", permit(arn("Fn"), "*")}, "Shop/AuthFn"},
		{"to another service", []string{"P", permit(arn("Fn"), "events.amazonaws.com"), "Q", permit(arn("AuthFn"), gateway)}, "Shop/Fn"},
		{"of an alias", []string{"P", permit(`{"Fn::Join": [":", [{"Fn::GetAtt": ["Fn", "Arn"]}, "live"]]}`, gateway), "Q", permit(arn("AuthFn"), gateway)}, ""},
		{"for a function that is not known: it may be any", []string{"P", permit(unresolvable, gateway)}, ""},
		{"for one that is not in the assembly", []string{"P", permit(`"arn:aws:lambda:us-east-1:123456789012:function:other"`, gateway)}, "Shop/Fn Shop/AuthFn"},
		{"a role invokes the authorizer", []string{
			"Auth", authorizer(`"Type": "TOKEN", "IdentitySource": "method.request.header.Authorization", "AuthorizerCredentials": "arn:aws:iam::123456789012:role/invoke", "AuthorizerUri": ` + invoke("AuthFn"))}, "Shop/Fn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, f := range parse(t, api(c.changes...)).Model(Options{}).WithoutPermission() {
				got = append(got, f.ID.String())
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
