package secureapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/constructs/secureapi"
)

func TestSharedFunctionRequiresEqualCORS(t *testing.T) {
	make := func(origin string) func() {
		return func() {
			stack := newStack()
			f := backend(stack, "Orders")
			for i, o := range []string{"https://a.example.com", origin} {
				secureapi.New(stack, fmt.Sprint("Api", i), &secureapi.Props{
					Routes: []secureapi.Route{secureapi.Handle("GET /", f, secureapi.Public("front page"))},
					CORS:   &secureapi.CORS{AllowOrigins: []string{o}},
				})
			}
		}
	}
	make("https://a.example.com")()
	refused(
		t,
		make("https://b.example.com"),
		"secureapi: Shop/Api1: CORS: the function Shop/Orders answers for another API with other CORS settings",
	)
}

func TestCORSOfAlias(t *testing.T) {
	stack := newStack()
	f := backend(stack, "Orders")
	secureapi.New(stack, "Api", &secureapi.Props{
		Routes: []secureapi.Route{
			secureapi.Handle("GET /", awslambda.NewAlias(stack, jsii.String("Live"), &awslambda.AliasProps{
				AliasName: jsii.String("live"), Version: f.CurrentVersion()}), secureapi.Public("front page")),
		},
		CORS: &secureapi.CORS{AllowOrigins: []string{"https://a.example.com"}},
	})
	if text := fmt.Sprint(only(t, stack, "AWS::Lambda::Function")["Environment"]); !strings.Contains(
		text,
		"https://a.example.com",
	) {
		t.Errorf("environment: got %s, want the origin in it", text)
	}
}
