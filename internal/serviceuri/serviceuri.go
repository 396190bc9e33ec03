// Package serviceuri reads the URI by which API Gateway calls a service of AWS, as integrations and Lambda authorizers
// have it:
//
//	arn:aws:apigateway:{region}:{subdomain.service|service}:{path|action}/{call}
//
// It does not resolve what CloudFormation or stage variables put into one.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html (uri)
package serviceuri

import "strings"

// URI is the URI of a service.
type URI struct {
	Region    string
	Subdomain string // "bucket" of "bucket.s3"; mostly ""
	Service   string // as its endpoint is called, such as "sqs"
	Call      string // what is called: "action/StartExecution", "path/123456789012/jobs"
}

// Parse reads a URI; ok reports whether it is that of a service.
func Parse(text string) (u URI, ok bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "apigateway" || parts[4] == "" {
		return URI{}, false
	}
	u = URI{Region: parts[3], Service: parts[4], Call: parts[5]}
	if dot := strings.LastIndexByte(u.Service, '.'); dot >= 0 {
		u.Subdomain, u.Service = u.Service[:dot], u.Service[dot+1:]
	}
	return u, true
}

// Action returns the action that is called, with parameters that may follow it: "StartExecution",
// "GetObject&Bucket=orders". It is "" for a path.
func (u URI) Action() string {
	action, ok := strings.CutPrefix(u.Call, "action/")
	if !ok {
		return ""
	}
	return action
}

// Path returns the path that is called, which may be empty; ok is false for an action.
func (u URI) Path() (path string, ok bool) { return strings.CutPrefix(u.Call, "path/") }

// Function returns the ARN of the Lambda function that a URI invokes, with its alias or version. Functions are invoked
// by path/2015-03-31/functions/{ARN}/invocations or, of a streamed answer, by
// path/2021-11-15/functions/{ARN}/response-streaming-invocations.
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
func Function(text string) (arn string, ok bool) {
	u, _ := Parse(text)
	path, is := u.Path()
	if !is || u.Service != "lambda" || u.Subdomain != "" {
		return "", false
	}
	suffix := "/invocations"
	rest, ok := strings.CutPrefix(strings.TrimPrefix(path, "/"), invocations)
	if !ok {
		suffix = "/response-streaming-invocations"
		rest, ok = strings.CutPrefix(path, streaming)
	}
	if !ok {
		return "", false
	}
	if arn, ok = strings.CutSuffix(rest, suffix); !ok || arn == "" {
		return "", false
	}
	return arn, true
}

// Streams reports whether a URI invokes a function for a streamed answer.
func Streams(text string) bool {
	u, _ := Parse(text)
	return strings.HasPrefix(u.Call, "path/"+streaming)
}

const (
	invocations = "2015-03-31/functions/"
	streaming   = "2021-11-15/functions/"
)
