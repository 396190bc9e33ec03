package cognito_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
	"github.com/gatehouse-cdk/gatehouse/internal/pretoken"
)

// The pool's trigger is a function of the template. The function's configuration has the groups and all scopes of the
// pool.
func TestTrigger(t *testing.T) {
	stack := newStack()
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.Groups = []cognito.Group{
			{Name: "readers", Scopes: []string{"notes/read"}},
			{Name: "editors", Scopes: []string{"notes/read", "notes/write"}},
			{Name: "guests"},
		}
	}))
	if users.Trigger == nil || len(users.Groups) != 3 {
		t.Fatalf("got the trigger %v and the groups %v, want a trigger and three groups", users.Trigger, users.Groups)
	}
	var id string
	environment := map[string]string{}
	for name, f := range resources(t, stack, "AWS::Lambda::Function") {
		id = name
		if f.properties["Timeout"] != float64(5) {
			t.Errorf("Timeout: got %v, want 5 s, which Cognito waits", f.properties["Timeout"])
		}
		for name, value := range f.properties["Environment"].(map[string]any)["Variables"].(map[string]any) {
			environment[name], _ = value.(string)
		}
	}
	pool := only(t, stack, "AWS::Cognito::UserPool").properties["LambdaConfig"]
	arn := map[string]any{"Fn::GetAtt": []any{id, "Arn"}}
	want := map[string]any{"PreTokenGenerationConfig": map[string]any{"LambdaArn": arn, "LambdaVersion": "V2_0"}}
	if diff := cmp.Diff(want, pool); diff != "" {
		t.Errorf("the pool's triggers (-want +got):\n%s", diff)
	}
	permission := only(t, stack, "AWS::Lambda::Permission").properties
	if permission["Principal"] != "cognito-idp.amazonaws.com" || permission["SourceArn"] == nil {
		t.Errorf("permission: got %v, want one for Cognito and this pool", permission)
	}

	trigger, err := pretoken.FromLambda(func(name string) string { return environment[name] }, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		groups     []string
		suppressed []string
	}{
		{nil, []string{"notes/read", "notes/write"}},
		{[]string{"guests"}, []string{"notes/read", "notes/write"}},
		{[]string{"readers"}, []string{"notes/write"}},
		{[]string{"guests", "editors"}, nil},
	} {
		event, err := json.Marshal(map[string]any{
			"version":       "2",
			"triggerSource": "TokenGeneration_HostedAuth",
			"request": map[string]any{
				"scopes":             []string{"openid", "notes/read", "notes/write"},
				"groupConfiguration": map[string]any{"groupsToOverride": c.groups},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		answer, err := trigger.Invoke(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Response struct {
				Details struct {
					Access struct {
						Suppress []string `json:"scopesToSuppress"`
					} `json:"accessTokenGeneration"`
				} `json:"claimsAndScopeOverrideDetails"`
			} `json:"response"`
		}
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		if suppressed := got.Response.Details.Access.Suppress; !slices.Equal(suppressed, c.suppressed) {
			t.Errorf("a member of %q: got %q suppressed, want %q", c.groups, suppressed, c.suppressed)
		}
	}
}

// Groups without scopes need no trigger.
func TestNoTrigger(t *testing.T) {
	stack := newStack()
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) { p.Groups = []cognito.Group{{Name: "editors"}} }))
	if users.Trigger != nil || len(resources(t, stack, "AWS::Lambda::Function")) != 0 {
		t.Error("got a trigger, want none")
	}
	if got := cognito.IncludedTrigger(); !strings.HasSuffix(got, "/pretoken-fn") {
		t.Errorf("IncludedTrigger: got %q, want the package pretoken-fn", got)
	}
}
