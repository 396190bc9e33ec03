package apimodel

import "testing"

// Source: uri in https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
func TestService(t *testing.T) {
	for _, c := range []struct {
		uri  string
		want *Service
	}{
		{
			"arn:aws:apigateway:us-east-1:sqs:path/123456789012/orders",
			&Service{"sqs", "us-east-1", "", "123456789012/orders"},
		},
		{
			"arn:aws-cn:apigateway:cn-north-1:states:action/StartExecution",
			&Service{"states", "cn-north-1", "StartExecution", ""},
		},
		{"arn:aws:apigateway:us-east-1:bucket.s3:path/{key}", &Service{"s3", "us-east-1", "", "{key}"}},
		{"arn:aws:apigateway:us-east-1:s3:path/", &Service{"s3", "us-east-1", "", ""}},
		{"arn:aws:apigateway:us-east-1:s3:action/", nil},
		{"arn:aws:apigateway:us-east-1:s3:other/x", nil},
		{"arn:aws:sqs:us-east-1:123456789012:orders", nil},
		{"https://example.com", nil},
	} {
		got := (&Integration{Type: IntegrationAWS, URI: c.uri}).Service()
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: want %+v, got %+v", c.uri, c.want, got)
		}
	}
	if got := (&Integration{Type: IntegrationHTTP, URI: "arn:aws:apigateway:us-east-1:sqs:path/q"}).Service(); got != nil {
		t.Errorf("of an HTTP integration: %+v", got)
	}
}
