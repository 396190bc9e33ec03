package apigateway

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

var showMatrix = flag.Bool("matrix", false, "print what TestBehaviour expected and got, by group")

// behaviour is a behaviour of API Gateway, with its source and a test of the local gateway.
type behaviour struct {
	name   string
	source string
	want   string
	got    func(t *testing.T) string

	// differs is the reason why the local gateway behaves differently or cannot show the behaviour. Then want and got may
	// be missing.
	differs string
}

// The documents that behaviours are taken from.
const (
	guide = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"

	docAuthorizer    = guide + "configure-api-gateway-lambda-authorization.html"
	docUseAuthorizer = guide + "apigateway-use-lambda-authorizer.html"
	docAuthInput     = guide + "api-gateway-lambda-authorizer-input.html"
	docAuthOutput    = guide + "api-gateway-lambda-authorizer-output.html"
	docFlow          = guide + "apigateway-authorization-flow.html"
	docPolicies      = guide + "apigateway-resource-policies-examples.html"
	docConditions    = guide + "apigateway-resource-policies-aws-condition-keys.html"
	docCognito       = guide + "apigateway-integrate-with-cognito.html"
	docIAM           = guide + "permissions.html"
	docSigV4         = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"
	docKeys          = guide + "api-gateway-api-usage-plans.html"
	docIssues        = guide + "api-gateway-known-issues.html"
	docProxy         = guide + "set-up-lambda-proxy-integrations.html"
	docXRay          = "https://docs.aws.amazon.com/xray/latest/devguide/xray-services-apigateway.html"
	docCompressed    = guide + "api-gateway-make-request-with-compressed-payload.html"
	docBinary        = guide + "lambda-proxy-binary-media.html"
	docLimits        = guide + "api-gateway-execution-service-limits-table.html"
	docARN           = guide + "limits.html"
	docLambdaLimits  = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
	docRuntime       = "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"
	docResponses     = guide + "supported-gateway-response-types.html"
	docValidation    = guide + "api-gateway-method-request-validation.html"
	docTemplates     = guide + "request-response-data-mappings.html"
	docCustomize     = guide + "customize-gateway-responses.html"
	docReference     = guide + "api-gateway-mapping-template-reference.html"
	docMock          = guide + "how-to-mock-integration.html"
	docCORS          = guide + "how-to-cors.html"
	docJWT           = guide + "rest-api-jwt-authorizer.html"
	docJWTCreate     = guide + "rest-api-jwt-authorizer-create.html"
	docJWTMethods    = guide + "rest-api-jwt-authorizer-methods.html"
	docJWTClaims     = guide + "rest-api-jwt-authorizer-claims.html"
	docHTTPJWT       = guide + "http-api-jwt-authorizer.html"
	docJWTClaim      = "https://docs.aws.amazon.com/apigateway/latest/api/API_JwtAdditionalClaim.html"
	docJWTConfig     = "https://docs.aws.amazon.com/apigateway/latest/api/API_JwtConfiguration.html"
	docARNs          = guide + "arn-format-reference.html"
	docGWVariables   = guide + "api-gateway-gatewayResponse-definition.html"
	docVariables     = guide + "aws-api-gateway-stage-variables-reference.html"
	docAliases       = "https://docs.aws.amazon.com/lambda/latest/dg/versioning-aliases-permissions.html"
	docPermissions   = "https://repost.aws/knowledge-center/api-gateway-rest-api-lambda-integrations"

	// localstackGateway is LocalStack's emulation of API Gateway, which was checked against AWS.
	localstackGateway = "https://github.com/localstack/localstack/blob/main/localstack-core/localstack/services/" +
		"apigateway/next_gen/execute_api/"

	// Tests whose answers were recorded on AWS, with the recorded answers.
	localstack      = "https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/"
	recordedLambda  = localstack + "test_apigateway_lambda.py"
	recordedEvents  = localstack + "test_apigateway_lambda.snapshot.json"
	recordedRouting = localstack + "test_apigateway_common.py" // test_proxy_routing_with_hardcoded_resource_sibling
	// The files next to this one have the events of functions behind the same API, which were recorded with it.
	recordedAuthorizer = "https://github.com/aws-powertools/powertools-lambda-typescript/blob/main/packages/parser/tests/events/apigw-rest/authorizer-request.json"
	recordedMock       = "https://github.com/localstack/localstack/pull/11967"
	sourcePreflight    = "https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-apigateway/lib/resource.ts"
	seenModes          = "https://dev.to/marcogrcr/api-gateway-lambda-authorizer-lambda-proxy-integration-failure-modes-52bc"
	seen403            = "https://repost.aws/knowledge-center/api-gateway-403-error-lambda-authorizer"
	seenValidation     = localstack + "test_apigateway_common.py"
	seenNoPermission   = "https://sal-blog.com/iam-api-gateway-500error"
	recordedEdge       = localstackGateway + "integrations/aws.py"
	recordedIllegal    = localstackGateway + "handlers/integration_request.py"
	recordedTrace      = localstackGateway + "handlers/parse.py"
	recordedNoTrace    = localstackGateway + "handlers/response_enricher.py"
	recordedBinary     = localstack + "test_apigateway_s3.py"
	seenNoPolicy       = "https://github.com/hashicorp/terraform-provider-aws/issues/5549"
	seenIncomplete     = "https://github.com/aws/chalice/issues/828"
	seenRouting        = "https://github.com/ministackorg/ministack/pull/1423"
	seenSiblings       = "https://github.com/floci-io/floci/pull/3547"
	seenNoRoute        = "https://github.com/HumanCellAtlas/data-store/issues/328"
	seenContext        = "https://stackoverflow.com/questions/47921803"
	seenCompressed     = "https://github.com/dougmoscrop/serverless-http/issues/194"
	seenBinaryMock     = "https://github.com/aws/serverless-application-model/issues/553"
	seenEdge           = "https://github.com/quiltdata/quilt/pull/3225"
	seenTooLong        = "https://github.com/koki-develop/lgtm-generator/issues/10"
	strictestReading   = "not documented, the stricter reading"
)

// behaviourGroups are the behaviours by what they are about.
var behaviourGroups = []struct {
	name  string
	cases func(*testing.T) []behaviour
}{
	{"TOKEN", tokenBehaviour},
	{"REQUEST", requestBehaviour},
	{"cache", cacheBehaviour},
	{"ARN", arnBehaviour},
	{"resource policy", policyBehaviour},
	{"order of checks", policyWithAuthorizerBehaviour},
	{"conditions", conditionBehaviour},
	{"Cognito", cognitoBehaviour},
	{"IAM", iamBehaviour},
	{"routing", routingBehaviour},
	{"paths", pathBehaviour},
	{"headers", headerBehaviour},
	{"answers", answerBehaviour},
	{"failures", failureBehaviour},
	{"binary", binaryBehaviour},
	{"compressed", compressedBehaviour},
	{"limits", limitBehaviour},
	{"response types", responseTypeBehaviour},
	{"responses", responseBehaviour},
	{"preflights", preflightBehaviour},
	{"runtime", runtimeBehaviour},
	{"events", eventBehaviour},
	{"JWT", jwtBehaviour},
	{"permissions", permissionBehaviour},
	{"tenants", tenantBehaviour},
	{"variables", variableBehaviour},
	{"edge", edgeBehaviour},
	{"unknown routes", unknownBehaviour},
	{"parameters", parameterBehaviour},
	{"media types", mediaTypeBehaviour},
	{"deployed", deployedBehaviour},
	{"traces", traceBehaviour},
	{"as sent", sentBehaviour},
	{"HTTP integrations", httpBehaviour},
	{"AWS integrations", serviceBehaviour},
	{"streams", streamBehaviour},
}

// TestBehaviour compares each behaviour with a gateway that has real function processes, over HTTP.
func TestBehaviour(t *testing.T) {
	t.Parallel() // some of its functions do not answer in time
	var mu sync.Mutex
	var rows []row
	t.Run("of", func(t *testing.T) {
		for i, group := range behaviourGroups {
			t.Run(group.name, func(t *testing.T) {
				t.Parallel()
				cases := group.cases(t)
				if len(cases) == 0 {
					t.Error("the group has no case")
				}
				for _, b := range cases {
					t.Run(b.name, func(t *testing.T) {
						r := row{behaviour: b, group: i}
						if b.got != nil {
							r.found = b.got(t)
						}
						r.check(t)
						mu.Lock()
						defer mu.Unlock()
						rows = append(rows, r)
					})
				}
			})
		}
	})
	if *showMatrix {
		printMatrix(rows)
	}
}

// row is a case and its result.
type row struct {
	behaviour
	group int // in behaviourGroups
	found string
}

func (r row) check(t *testing.T) {
	switch {
	case r.source == "":
		t.Error("it has no source")
	case r.got == nil && r.differs == "":
		t.Error("it checks nothing and gives no reason")
	case r.got != nil && r.found != r.want:
		t.Errorf("got  %s\nwant %s\n(%s)", r.found, r.want, r.source)
	}
}

func printMatrix(rows []row) {
	slices.SortStableFunc(rows, func(x, y row) int { return x.group - y.group })
	fmt.Printf("%-17s  %-70s  %-90s  %s\n", "group", "case", "expected", "got")
	for _, r := range rows {
		got := "as expected"
		if r.found != r.want {
			got = r.found
		}
		if r.got == nil {
			got = "not shown"
		}
		group := behaviourGroups[r.group].name
		fmt.Printf("%-17s  %-70s  %-90s  %s\n                   %s\n", group, r.name, printable(r.want), got, r.source)
		if r.differs != "" {
			fmt.Printf("                   DIFFERS: %s\n", r.differs)
		}
	}
	differ := 0
	for _, r := range rows {
		if r.differs != "" {
			differ++
		}
	}
	fmt.Printf("%d cases, %d of them for what is missing or differs\n", len(rows), differ)
}

// printable is a text on a line, not too long.
func printable(s string) string {
	s = strings.ReplaceAll(s, "\n", `\n`)
	if len(s) > 150 {
		return s[:147] + "..."
	}
	return s
}
