package gateway

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
	"github.com/gatehouse-cdk/gatehouse/localgateway"
)

// accessLog collects the lines of an access log.
type accessLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *accessLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// take returns what was written since it was last called.
func (l *accessLog) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}

// TestAccessLogFormats serves an API with each format that CDK offers, and those of AWS's documentation that it does
// not, and reads the line of a request.
//
// Source of the latter: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-access-logging.html
func TestAccessLogFormats(t *testing.T) {
	t.Parallel()
	formats := map[string]func() awsapigateway.AccessLogFormat{
		"clf":  awsapigateway.AccessLogFormat_Clf,
		"json": func() awsapigateway.AccessLogFormat { return awsapigateway.AccessLogFormat_JsonWithStandardFields(nil) },
		"xml": func() awsapigateway.AccessLogFormat {
			return awsapigateway.AccessLogFormat_Custom(jsii.String(`<request id="$context.requestId"> ` +
				`<extendedRequestId>$context.extendedRequestId</extendedRequestId> <ip>$context.identity.sourceIp</ip> ` +
				`<caller>$context.identity.caller</caller> <user>$context.identity.user</user> ` +
				`<requestTime>$context.requestTime</requestTime> <httpMethod>$context.httpMethod</httpMethod> ` +
				`<resourcePath>$context.resourcePath</resourcePath> <status>$context.status</status> ` +
				`<protocol>$context.protocol</protocol> <responseLength>$context.responseLength</responseLength> </request>`))
		},
		"csv": func() awsapigateway.AccessLogFormat {
			return awsapigateway.AccessLogFormat_Custom(jsii.String(`$context.identity.sourceIp,$context.identity.caller,` +
				`$context.identity.user,$context.requestTime,$context.httpMethod,$context.resourcePath,$context.protocol,` +
				`$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId`))
		},
	}
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		for name, format := range formats {
			log := awslogs.NewLogGroup(stack, jsii.String("Log"+name), nil)
			secureapi.New(stack, "Api"+name, &secureapi.Props{
				Stage: secureapi.Stage{Name: name},
				Routes: []secureapi.Route{
					secureapi.Integrate("GET /health", secureapi.Respond(200, `{"ok":true}`), secureapi.Public("load balancers")),
				},
				RestApiProps: &awsapigateway.RestApiProps{DeployOptions: &awsapigateway.StageOptions{
					AccessLogDestination: awsapigateway.NewLogGroupLogDestination(log), AccessLogFormat: format(),
				}},
			})
		}
	})
	const when = `\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000`
	for _, c := range []struct{ name, want string }{
		{"clf", `127.0.0.1 - - [WHEN] "GET /health HTTP/1.1" 200 11 ID`},
		{"json", `{"requestId":"ID","ip":"127.0.0.1","user":"-","caller":"-","requestTime":"WHEN","httpMethod":"GET",` +
			`"resourcePath":"/health","status":"200","protocol":"HTTP/1.1","responseLength":"11"}`},
		{"xml", `<request id="ID"> <extendedRequestId>EXTENDED</extendedRequestId> <ip>127.0.0.1</ip> <caller>-</caller> ` +
			`<user>-</user> <requestTime>WHEN</requestTime> <httpMethod>GET</httpMethod> <resourcePath>/health</resourcePath> ` +
			`<status>200</status> <protocol>HTTP/1.1</protocol> <responseLength>11</responseLength> </request>`},
		{"csv", `127.0.0.1,-,-,WHEN,GET,/health,HTTP/1.1,200,11,ID,EXTENDED`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log accessLog
			api := running(t, dir, c.name, localgateway.Options{AccessLog: &log})
			for _, problem := range api.Problems() {
				if strings.Contains(problem, "access log") {
					t.Error(problem)
				}
			}
			got := api.call(t, "GET", "/health", "", "", 200, "")
			line := regexp.MustCompile(when).ReplaceAllString(log.take(), "WHEN")
			want := strings.NewReplacer(
				"EXTENDED", got.header.Get("x-amz-apigw-id"),
				"ID", got.header.Get("x-amzn-RequestId"),
			).Replace(c.want)
			if line != want+"\n" {
				t.Errorf("got  %swant %s", line, want)
			}
		})
	}
}

// TestAccessLogByDefault reads lines in the format that secureapi writes, of an API with the included authorizer.
func TestAccessLogByDefault(t *testing.T) {
	t.Parallel()
	dir := synthesizedHere(t, func(app awscdk.App) {
		stack := awscdk.NewStack(app, jsii.String("Shop"), nil)
		secureapi.New(stack, "Api", &secureapi.Props{
			Authorizer: secureapi.TokenAuthorizer{JWT: &secureapi.JWT{
				Issuers: []secureapi.Issuer{{URL: "https://id.example.com", Audiences: []string{"orders"}}},
			}},
			Routes: []secureapi.Route{
				secureapi.Integrate("GET /orders", secureapi.Respond(200, `[]`), secureapi.AnyScope("orders:read")),
			},
		})
	})
	var log accessLog
	api := running(t, dir, "prod", localgateway.Options{AccessLog: &log})
	token := func(scope string) string {
		return api.Token(localgateway.TokenRequest{Subject: `jane "the" doe`, Scopes: []string{scope}})
	}
	for _, c := range []struct {
		name, path, token string
		status            int
		want              string // the fields that have a value, without IDs, times and those of each line
	}{
		{"allowed", "/orders", token("orders:read"), 200, `{"authorizeStatus":"200","authorizerInvocation":"200",` +
			`"authorizerStatus":"200","length":"2","principal":"jane%20%22the%22%20doe",` +
			`"route":"/orders","status":"200"}`},
		{"denied", "/orders", token("orders:write"), 403, `{"authorizeStatus":"403","authorizerInvocation":"200",` +
			`"authorizerStatus":"200","error":"User is not authorized to access this resource with an explicit deny in an ` +
			`identity-based policy","errorType":"ACCESS_DENIED","length":"110","principal":"jane%20%22the%22%20doe",` +
			`"route":"/orders","status":"403"}`},
		{"no token", "/orders", "", 401, `{"authorizerError":"Unauthorized","authorizerStatus":"401",` +
			`"error":"Unauthorized","errorType":"UNAUTHORIZED","length":"26","route":"/orders","status":"401"}`},
		{"no route", "/none", "", 403, `{"error":"Missing Authentication Token","errorType":"MISSING_AUTHENTICATION_TOKEN",` +
			`"length":"42","status":"403"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := api.call(t, "GET", c.path, c.token, "", c.status, "")
			text := log.take()
			var line map[string]string
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if line["requestId"] != got.header.Get("x-amzn-RequestId") || line["path"] != "/prod"+c.path ||
				line["verb"] != "GET" {
				t.Errorf("got %s", text)
			}
			for name, value := range line {
				switch name {
				case "requestId", "extendedRequestId", "time", "latency", "trace", "path", "verb", "ip", "authorizerRequestId",
					"authorizerLatency":
					if value == "" {
						t.Errorf("%s is empty", name)
					}
					delete(line, name)
				default:
					if value == "-" {
						delete(line, name)
					}
				}
			}
			fields, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			if string(fields) != c.want {
				t.Errorf("got  %s\nwant %s", fields, c.want)
			}
		})
	}
}
