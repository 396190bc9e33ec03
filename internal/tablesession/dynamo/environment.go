package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// FromEnvironment reads the configuration from the environment that Lambda gives a function: AWS_REGION, and the
// execution role's credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
// AWS_ENDPOINT_URL_DYNAMODB, the SDK's own variable, names another endpoint, such as a local one. The table's name is
// in the function's own configuration.
//
// It does so by itself because the SDK's config package would make the binary larger for what a function has no use
// for: profiles, single sign-on, instance metadata.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func FromEnvironment(getenv func(string) string, table string) (Config, error) {
	if table == "" {
		return Config{}, errors.New("dynamo: the table has no name")
	}
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if getenv(name) == "" {
			return Config{}, fmt.Errorf("dynamo: the environment variable %s is not set: Lambda sets it; elsewhere set it "+
				"yourself", name)
		}
	}
	keys := aws.Credentials{
		AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	return Config{
		Table:       table,
		Region:      getenv("AWS_REGION"),
		Endpoint:    getenv("AWS_ENDPOINT_URL_DYNAMODB"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return keys, nil }),
	}, nil
}
