// Package dynamoclient makes a function's client of a DynamoDB table, and turns its errors into ones that can be
// logged.
//
// It knows no items: the packages that keep some do. It does not read AWS's configuration files or ask the instance for
// credentials; see [FromEnvironment].
package dynamoclient

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Config says where the table is. Table, Region and Credentials are needed.
type Config struct {
	Table       string
	Region      string
	Credentials aws.CredentialsProvider
	Endpoint    string               // default: the region's
	HTTPClient  dynamodb.HTTPClient  // default: the SDK's
	Timeout     time.Duration        // for one call, repetitions included; default: that of the package that makes calls
	Retryer     func() aws.RetryerV2 // default: the SDK's, three attempts with pauses
}

// FromEnvironment reads the configuration from the environment that Lambda gives a function: AWS_REGION, and the
// execution role's credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
// AWS_ENDPOINT_URL_DYNAMODB, the SDK's own variable, names another endpoint, such as a local one.
//
// It does so by itself because the SDK's config package adds a quarter to the binary for what a function has no use
// for: profiles, single sign-on, instance metadata. Outside Lambda, "aws configure export-credentials --format env"
// prints the variables of a profile.
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

// Client makes the client. It does not reach the table yet.
func (c Config) Client() *dynamodb.Client {
	o := dynamodb.Options{Region: c.Region, Credentials: c.Credentials, HTTPClient: c.HTTPClient}
	if c.Endpoint != "" {
		o.BaseEndpoint = &c.Endpoint
	}
	if c.Retryer != nil {
		o.Retryer = c.Retryer()
	}
	return dynamodb.New(o)
}
