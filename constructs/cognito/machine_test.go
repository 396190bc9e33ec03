package cognito_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/cognito"
)

// MachineSecret returns one secret per machine. The secret has all that a program needs to get tokens. The template
// refers to the client's secret and does not contain it.
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
		t.Errorf("before MachineSecret: got %d constructs, want the pool, its domain, its server and two clients", n)
	}
	importer := users.MachineSecret("importer")
	if importer != users.MachineSecret("importer") || importer == users.MachineSecret("report") {
		t.Error("got two secrets for one machine, or one for two machines")
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
		var text strings.Builder // has references as <LogicalID> or <LogicalID.Attribute>
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
			t.Fatalf("SecretString %s: %v", text.String(), err)
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
			t.Errorf("tokenEndpoint: got %s, want /oauth2/token at the pool's domain", at)
		}
		return
	}
	t.Error("the template has no secret of the machine importer")
}
