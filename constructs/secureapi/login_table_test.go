package secureapi_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/rules"
)

// tableLogin returns oktaLogin with sessions in a table.
func tableLogin(stack awscdk.Stack, s secureapi.TableSessions) *secureapi.Login {
	l := oktaLogin(stack)
	l.Sessions = s
	return l
}

func newTable(stack awscdk.Stack, ttl string, key awskms.IKey) awsdynamodb.Table {
	attribute := func(name string) *awsdynamodb.Attribute {
		return &awsdynamodb.Attribute{Name: &name, Type: awsdynamodb.AttributeType_STRING}
	}
	return awsdynamodb.NewTable(stack, jsii.String("Sessions"), &awsdynamodb.TableProps{
		PartitionKey: attribute("pk"), SortKey: attribute("sk"), TimeToLiveAttribute: &ttl, EncryptionKey: key,
	})
}

// Both functions have the table's name and only the permissions that they need. The guard also has the client that
// renews tokens.
func TestTableSessions(t *testing.T) {
	stack := newStack()
	l := tableLogin(stack, secureapi.TableSessions{
		IdleTimeout: 30 * time.Minute, Admins: []secureapi.Access{secureapi.AnyGroup("admins")},
	})
	loginShop(stack, l, nil)
	const keys, secret, name = "<ApiSessionKeysEA599BB4>", "<ClientSecret6773D8CE>", "<ApiSessionTable>"
	tables := resources(stack, "AWS::DynamoDB::GlobalTable")
	if len(tables) != 1 {
		t.Fatalf("got %d tables, want 1", len(tables))
	}
	named := func(text string) string {
		for id := range tables {
			text = strings.ReplaceAll(text, id, "ApiSessionTable")
		}
		return text
	}
	for _, table := range tables {
		delete(table, "Replicas")
		if diff := cmp.Diff(map[string]any{
			"AttributeDefinitions": []any{
				map[string]any{"AttributeName": "pk", "AttributeType": "S"},
				map[string]any{"AttributeName": "sk", "AttributeType": "S"},
			},
			"BillingMode": "PAY_PER_REQUEST",
			"KeySchema": []any{
				map[string]any{"AttributeName": "pk", "KeyType": "HASH"},
				map[string]any{"AttributeName": "sk", "KeyType": "RANGE"},
			},
			"TimeToLiveSpecification": map[string]any{"AttributeName": "ttl", "Enabled": true},
		}, table); diff != "" {
			t.Errorf("table (-want +got):\n%s", diff)
		}
	}

	of := one(t, environmentOf(t, stack, "GATEHOUSE_LOGIN"))
	if named(of["table"].(string)) != name || of["idleTimeoutSeconds"] != 1800.0 {
		t.Errorf("configuration of the login: got %v, want the table and an idle time-out of 1800 s", of)
	}
	guard := one(t, environmentOf(t, stack, "GATEHOUSE_AUTHORIZER"))["session"].(map[string]any)
	renewal := guard["table"].(map[string]any)
	renewal["name"] = named(renewal["name"].(string))
	if diff := cmp.Diff(map[string]any{
		"host": "shop.example.com", "keysArn": keys, "idleTimeoutSeconds": 1800.0,
		"table": map[string]any{
			"name": name, "clientId": "0oa1b2c3", "clientAuth": "client_secret_basic", "secretArn": secret,
		},
	}, guard); diff != "" {
		t.Errorf("session of the guard (-want +got):\n%s", diff)
	}

	read := []string{
		"secretsmanager:DescribeSecret " + keys, "secretsmanager:DescribeSecret " + secret,
		"secretsmanager:GetSecretValue " + keys, "secretsmanager:GetSecretValue " + secret,
	}
	on := func(actions ...string) (out []string) {
		for _, a := range actions {
			out = append(out, "dynamodb:"+a+" <ApiSessionTable.Arn>")
		}
		out = append(out, read...)
		slices.Sort(out)
		return out
	}
	for prefix, want := range map[string][]string{
		"ApiLoginFunction":      on("BatchGetItem", "DeleteItem", "PutItem", "Query"),
		"ApiAuthorizerFunction": on("BatchGetItem", "DeleteItem", "PutItem"),
	} {
		got := mayDo(t, stack, prefix)
		for i := range got {
			got[i] = named(got[i])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("permissions of %s (-want +got):\n%s", prefix, diff)
		}
	}
}

// The administrators' routes have their own guards and requirements. The login's function serves them.
func TestSessionAdmins(t *testing.T) {
	app := newApp()
	stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
	l := tableLogin(stack, secureapi.TableSessions{
		Admins: []secureapi.Access{secureapi.GuardedBy("support"), secureapi.AnyGroup("admins")},
	})
	api := loginShop(stack, l, func(p *secureapi.Props) {
		p.Authorizers = map[string]secureapi.Authorizer{
			"support": secureapi.SessionAuthorizer{Login: l, CacheTTL: secureapi.NoCache},
		}
	})
	assembly, err := cloudassembly.Read(*app.Synth(nil).Directory())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range rules.Check(assembly, rules.Options{}) {
		t.Errorf("got the findings %+v, want none", f)
	}
	guarded := 0
	for id, m := range resources(stack, "AWS::ApiGateway::Method") {
		if !strings.Contains(id, "subjects") {
			continue
		}
		guarded++
		integration, _ := json.Marshal(m["Integration"])
		if m["AuthorizationType"] != "CUSTOM" || !strings.Contains(joined(t, m["AuthorizerId"]), "support") ||
			!strings.Contains(string(integration), "ApiLoginFunction") {
			t.Errorf("%s: got the guard %v %v and the integration %s, want support and the login's function",
				id, m["AuthorizationType"], m["AuthorizerId"], integration)
		}
	}
	if guarded != 2 {
		t.Errorf("got %d routes of administrators, want 2", guarded)
	}
	for _, entry := range *api.Node().Metadata() {
		if *entry.Type == "aws:cdk:warning" {
			t.Errorf("got the warning %v, want none", entry.Data)
		}
	}
}

func TestTableSessionsWithGivenTable(t *testing.T) {
	t.Run("with its own key", func(t *testing.T) {
		stack := newStack()
		table := newTable(stack, "ttl", awskms.NewKey(stack, jsii.String("Key"), nil))
		loginShop(stack, tableLogin(stack, secureapi.TableSessions{Table: table}), nil)
		if n := len(resources(stack, "AWS::DynamoDB::GlobalTable")); n != 0 {
			t.Errorf("got %d tables of the API's own, want none", n)
		}
		for _, prefix := range []string{"ApiLoginFunction", "ApiAuthorizerFunction"} {
			may, _ := json.Marshal(one(t, withPrefix(stack, "AWS::IAM::Policy", prefix)))
			for _, want := range []string{`"kms:Decrypt"`, `"kms:GenerateDataKey*"`, `"dynamodb:PutItem"`, `"Sessions`, `"Key`} {
				if !strings.Contains(string(may), want) {
					t.Errorf("permissions of %s: want %s in %s", prefix, want, may)
				}
			}
		}
	})
	t.Run("imported", func(t *testing.T) {
		stack := newStack()
		table := awsdynamodb.Table_FromTableName(stack, jsii.String("Sessions"), jsii.String("sessions"))
		loginShop(stack, tableLogin(stack, secureapi.TableSessions{Table: table}), nil)
		if of := one(t, environmentOf(t, stack, "GATEHOUSE_LOGIN")); of["table"] != "sessions" {
			t.Errorf("table of the login: got %v, want sessions", of["table"])
		}
	})
	t.Run("without an expiry", func(t *testing.T) {
		stack := newStack()
		table := newTable(stack, "expires", nil)
		refused(t, func() { loginShop(stack, tableLogin(stack, secureapi.TableSessions{Table: table}), nil) },
			`the Login at "/auth": TableSessions.Table Shop/Sessions has the TTL attribute "expires": want "ttl"`)
	})
	t.Run("of the newer kind, with another key", func(t *testing.T) {
		stack := newStack()
		table := awsdynamodb.NewTableV2(stack, jsii.String("Sessions"), &awsdynamodb.TablePropsV2{
			PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING},
		})
		refused(t, func() { loginShop(stack, tableLogin(stack, secureapi.TableSessions{Table: table}), nil) },
			`TableSessions.Table Shop/Sessions has the partition key "id": want "pk"`, `has the sort key "": want "sk"`,
			`has the TTL attribute "": want "ttl"`)
	})
}

// Two APIs behind one domain can share sessions in a table, if all settings that the sessions depend on are equal.
// Otherwise New refuses the same table.
func TestTableSessionsOfTwoAPIs(t *testing.T) {
	second := func(stack awscdk.Stack, id string, l *secureapi.Login) {
		secureapi.New(stack, id, &secureapi.Props{
			Authorizer: secureapi.SessionAuthorizer{Login: l},
			Routes:     []secureapi.Route{secureapi.Handle("GET /invoices", backend(stack, id+"Fn"))},
		})
	}
	stack := newStack()
	l := tableLogin(stack, secureapi.TableSessions{Keys: newSecret(stack, "Keys"), Table: newTable(stack, "ttl", nil)})
	loginShop(stack, l, nil)
	for _, tt := range []struct {
		id, name string
		change   func(*secureapi.Login, *secureapi.TableSessions)
	}{
		{"Cookie", "another cookie", func(_ *secureapi.Login, s *secureapi.TableSessions) { s.Cookie = "__Host-invoices" }},
		{"Client", "another client", func(l *secureapi.Login, _ *secureapi.TableSessions) { l.ClientID = "0oaother" }},
		{"Host", "another host", func(l *secureapi.Login, _ *secureapi.TableSessions) {
			l.Origin = "https://invoices.example.com"
		}},
		{"Age", "another age", func(_ *secureapi.Login, s *secureapi.TableSessions) { s.MaxAge = 2 * time.Hour }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			other, s := *l, l.Sessions.(secureapi.TableSessions)
			tt.change(&other, &s)
			other.Sessions = s
			refused(t, func() { second(stack, tt.id, &other) }, "secureapi: Shop/"+tt.id+`: the Login at "/auth": the Login `+
				`at "/auth" of Shop/Api keeps its sessions in the same table Shop/Sessions`)
		})
	}
	t.Run("all is the same", func(t *testing.T) { second(stack, "Invoices", l) })
	t.Run("a table each with one cookie", func(t *testing.T) {
		stack := newStack()
		l := tableLogin(stack, secureapi.TableSessions{Keys: newSecret(stack, "Keys")})
		loginShop(stack, l, nil)
		refused(t, func() { second(stack, "Invoices", l) },
			"set TableSessions.Cookie of one of them, or give both the same Keys, Table, "+
				"client and issuer")
	})
}
