package gateway

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/internal/nodepeer"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// newRemembered has a route for tokens that are bound by DPoP, and a table of used proofs.
func newRemembered(app awscdk.App) {
	stack := awscdk.NewStack(app, jsii.String("Remembered"), nil)
	secureapi.New(stack, "Api", &secureapi.Props{
		Authorizer: secureapi.RequestAuthorizer{
			JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{{URL: bindingIssuer, Audiences: []string{"orders"}, DPoPBound: true}},
				ProofTable: &secureapi.ProofTable{
					Table: awsdynamodb.Table_FromTableName(stack, jsii.String("Proofs"), jsii.String("proofs")),
				},
			},
			CacheTTL: secureapi.NoCache,
		},
		Routes: []secureapi.Route{secureapi.Integrate("GET /orders", secureapi.Respond(200, "orders"))},
	})
}

// TestProofsInATable presents a proof to two instances of the function, which share a table, and to one that cannot
// reach it.
func TestProofsInATable(t *testing.T) {
	t.Parallel()
	endpoint := nodepeer.Dynalite(t)
	client := dynamodb.New(dynamodb.Options{
		Region: region, BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "any", SecretAccessKey: "any"}, nil
		}),
	})
	name, key := "proofs", "pk"
	if _, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: &key, KeyType: types.KeyTypeHash}},
	}); err != nil {
		t.Fatal(err)
	}
	wait := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 5*time.Millisecond, 50*time.Millisecond
	})
	if err := wait.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &name}, time.Minute); err != nil {
		t.Fatal(err)
	}

	dir := synthesizedHere(t, newRemembered)
	at := func(endpoint string) service {
		return running(t, dir, "prod", localgateway.Options{Env: map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": endpoint}})
	}
	one, other, alone := at(endpoint), at(endpoint), at("http://127.0.0.1:1")
	token := one.Token(localgateway.TokenRequest{})
	first, err := url.Parse(one.url)
	if err != nil {
		t.Fatal(err)
	}
	present := func(s service, proof string) (int, string) {
		t.Helper()
		r := s.request(t, "GET", "/orders", "", "Authorization: DPoP "+token, "DPoP: "+proof)
		r.Host = first.Host // all instances are at one address, as on AWS
		got := s.send(t, r)
		return got.status, got.record.Reason
	}
	proof := one.Proof("GET", one.url+"/orders", token)
	for _, c := range []struct {
		name   string
		s      service
		proof  string
		status int
		reason string
	}{
		{"the first time", one, proof, 200, ""},
		{"again, at another instance", other, proof, 401, "dpop_replay"},
		{"another proof, at another instance", other, one.Proof("GET", one.url+"/orders", token), 200, ""},
		{"without the table", alone, one.Proof("GET", one.url+"/orders", token), 500, "unavailable"},
	} {
		if status, reason := present(c.s, c.proof); status != c.status || !strings.Contains(reason, c.reason) {
			t.Errorf("%s: got %d (%s), want %d with %q", c.name, status, reason, c.status, c.reason)
		}
	}
}
