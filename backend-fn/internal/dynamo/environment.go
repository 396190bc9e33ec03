package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/gatehouse-cdk/gatehouse/backend-fn/orders"
)

// FromEnvironment reads the configuration from the environment that Lambda gives a function: the table's name
// ([orders.TableVariable]), AWS_REGION, and the execution role's credentials in AWS_ACCESS_KEY_ID,
// AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. AWS_ENDPOINT_URL_DYNAMODB, the SDK's own variable, names another
// endpoint, such as a local one.
//
// It does so by itself because the SDK's config package adds a quarter to the binary for what a function has no use
// for: profiles, single sign-on, instance metadata. Outside Lambda, "aws configure export-credentials --format env"
// prints the variables of a profile.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func FromEnvironment(getenv func(string) string) (Config, error) {
	c := Config{
		Table:    getenv(orders.TableVariable),
		Region:   getenv("AWS_REGION"),
		Endpoint: getenv("AWS_ENDPOINT_URL_DYNAMODB"),
	}
	for _, name := range []string{orders.TableVariable, "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if getenv(name) == "" {
			return Config{}, fmt.Errorf("dynamo: the environment variable %s is not set: Lambda and the stack set it; "+
				"elsewhere set it yourself, or unset %s to keep orders in memory", name, orders.TableVariable)
		}
	}
	keys := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	c.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil })
	return c, nil
}
