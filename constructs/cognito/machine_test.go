package cognito_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
)

// TestMachineSecret: each machine has one, however often it is asked for, with all that a program needs, and the
// template has no more than a reference to the client's own.
func TestMachineSecret(t *testing.T) {
	stack := newStack()
	users := cognito.New(stack, "Users", good(func(p *cognito.Props) {
		p.Origin = ""
		p.Machines = map[string]cognito.Machine{
			"importer": {Scopes: []string{"notes/write"}},
			"report":   {Scopes: []string{"notes/read"}},
		}
	}))
	if n := len(*users.Node().Children()); n != 5 {
		t.Errorf("%d constructs, want the pool, its domain, its server and two clients: no secret is asked for", n)
	}
	importer := users.MachineSecret("importer")
	if importer != users.MachineSecret("importer") || importer == users.MachineSecret("report") {
		t.Error("a machine has two secrets, or two have one")
	}
	importer.GrantRead(backend(stack, "Importer"), nil)
	refused(t, func() { users.MachineSecret("reports") },
		`cognito: Shop/Users: MachineSecret: there is no machine "reports"; Props.Machines has ["importer" "report"]`)

	clients := resources(t, stack, "AWS::Cognito::UserPoolClient")
	var client string
	for id := range clients {
		if strings.HasPrefix(id, "UsersMachineimporter") {
			client = id
		}
	}
	for id, r := range resources(t, stack, "AWS::SecretsManager::Secret") {
		if !strings.HasPrefix(id, "UsersMachineSecretimporter") {
			continue
		}
		var text strings.Builder // with the references in <>
		for _, part := range r.properties["SecretString"].(map[string]any)["Fn::Join"].([]any)[1].([]any) {
			switch part := part.(type) {
			case string:
				text.WriteString(part)
			case map[string]any:
				ref := part["Ref"]
				if at, is := part["Fn::GetAtt"].([]any); is {
					ref = at[0].(string) + "." + at[1].(string)
				}
				text.WriteString("<" + ref.(string) + ">")
			}
		}
		var got map[string]string
		if err := json.Unmarshal([]byte(text.String()), &got); err != nil {
			t.Fatalf("%v: %s", err, text.String())
		}
		want := map[string]string{
			"clientId":      "<" + client + ">",
			"clientSecret":  "<" + client + ".ClientSecret>",
			"tokenEndpoint": got["tokenEndpoint"],
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the secret (-want +got):\n%s", diff)
		}
		if at := got["tokenEndpoint"]; !strings.HasPrefix(at, "https://<UsersDomain") ||
			!strings.HasSuffix(at, ".amazoncognito.com/oauth2/token") {
			t.Errorf("the token endpoint is %s", at)
		}
		return
	}
	t.Error("there is no secret")
}
