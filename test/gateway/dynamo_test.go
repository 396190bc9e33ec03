package gateway

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/app/stack"
	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// TestOrdersAreKept runs the example with a server that implements DynamoDB's protocol, and with the table of the
// template. The function needs the table's keys.
func TestOrdersAreKept(t *testing.T) {
	t.Parallel()
	endpoint := nodepeer.Dynalite(t)
	dir := exampleHere(t, idp(stack.Token))
	client := dynamodb.New(dynamodb.Options{
		Region: region, BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		}),
	})
	table := createTable(t, client, dir)
	count := func() int32 {
		t.Helper()
		found, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, Select: types.SelectCount})
		if err != nil {
			t.Fatal(err)
		}
		return found.Count
	}
	if n := count(); n != 0 {
		t.Fatalf("%d items in a new table", n)
	}

	options := localgateway.Options{Env: map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint}}
	first := running(t, dir, "prod", options)
	writer := localgateway.TokenRequest{Subject: "alice", Scopes: []string{"orders/read", "orders/write"}}
	made := first.call(t, "POST", "/orders", first.Token(writer), anOrder, 201, `"createdBy":"alice"`)
	path := "/" + made.header.Get("Location")
	first.call(t, "GET", path, first.Token(writer), "", 200, `"customer":"c-1"`)
	if n := count(); n != 1 {
		t.Errorf("%d items in the table, want the order", n)
	}
	first.Close() // ends the processes with their memory

	second := running(t, dir, "prod", options)
	if got := second.call(t, "GET", path, second.Token(writer), "", 200, `"customer":"c-1"`); got.body != made.body {
		t.Errorf("after a restart the order is\n%s\nwant\n%s", got.body, made.body)
	}
	second.call(t, "GET", "/orders", second.Token(writer), "", 200, strings.TrimPrefix(path, "/orders/"))
	// Sending the same order again does not create a second one. Deleting it requires the group.
	again := strings.Replace(anOrder, "{", `{"id":"`+strings.TrimPrefix(path, "/orders/")+`",`, 1)
	second.call(t, "POST", "/orders", second.Token(writer), again, 200, "")
	second.call(t, "DELETE", path, second.Token(writer), "", 403, "")
	if n := count(); n != 1 {
		t.Errorf("%d items in the table, want still one order", n)
	}
	admin := second.Token(localgateway.TokenRequest{Scopes: []string{"orders/write"}, Groups: []string{"admins"}})
	second.call(t, "DELETE", path, admin, "", 204, "")
	second.call(t, "GET", path, second.Token(writer), "", 404, "")
	if n := count(); n != 0 {
		t.Errorf("%d items in the table, want none", n)
	}
}

// createTable creates the table of the template with the name in the functions' environments, and returns the name.
func createTable(t *testing.T, client *dynamodb.Client, dir string) string {
	t.Helper()
	a, err := cloudassembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range apimodel.Read(a, cloudassembly.Options{}).Functions {
		if name := f.Environment[orders.TableVariable]; name != "" {
			names = append(names, name)
		}
	}
	if len(names) != 1 {
		t.Fatalf("the functions use the tables %q, want one", names)
	}
	// The properties of the resource have the same names as the members of CreateTable.
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct {
				AttributeDefinitions []types.AttributeDefinition
				KeySchema            []types.KeySchemaElement
			}
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "Orders.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	made := 0
	for id, r := range template.Resources {
		if r.Type != "AWS::DynamoDB::GlobalTable" {
			continue
		}
		made++
		_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: &names[0], BillingMode: types.BillingModePayPerRequest,
			AttributeDefinitions: r.Properties.AttributeDefinitions, KeySchema: r.Properties.KeySchema,
		})
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
	}
	if made != 1 {
		t.Fatalf("%d tables in the template, want one", made)
	}
	wait := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 5*time.Millisecond, 50*time.Millisecond
	})
	if err := wait.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &names[0]}, time.Minute); err != nil {
		t.Fatal(err)
	}
	return names[0]
}
