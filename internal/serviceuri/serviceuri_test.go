package serviceuri

import "testing"

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, text   string
		want         URI // zero if it is not one
		action, path string
	}{
		{"a path", "arn:aws:apigateway:us-east-1:sqs:path/123456789012/jobs",
			URI{"us-east-1", "", "sqs", "path/123456789012/jobs"}, "", "123456789012/jobs"},
		{"an action, in another partition", "arn:aws-cn:apigateway:cn-north-1:states:action/StartExecution",
			URI{"cn-north-1", "", "states", "action/StartExecution"}, "StartExecution", ""},
		{"parameters after the action", "arn:aws:apigateway:us-east-1:s3:action/GetObject&Bucket=a:b",
			URI{"us-east-1", "", "s3", "action/GetObject&Bucket=a:b"}, "GetObject&Bucket=a:b", ""},
		{"a subdomain with dots", "arn:aws:apigateway:us-east-1:my.bucket.s3:path/{key}",
			URI{"us-east-1", "my.bucket", "s3", "path/{key}"}, "", "{key}"},
		{"parts that a deployment knows", "arn:*:apigateway:*:sqs:*", URI{"*", "", "sqs", "*"}, "", ""},
		{"an empty path", "arn:aws:apigateway:us-east-1:s3:path/", URI{"us-east-1", "", "s3", "path/"}, "", ""},
		{"no service", "arn:aws:apigateway:us-east-1::path/x", URI{}, "", ""},
		{"nothing that is called", "arn:aws:apigateway:us-east-1:s3", URI{}, "", ""},
		{"the ARN of a queue", "arn:aws:sqs:us-east-1:123456789012:jobs", URI{}, "", ""},
		{"not an ARN", "urn:aws:apigateway:us-east-1:sqs:path/jobs", URI{}, "", ""},
		{"HTTP", "https://example.com", URI{}, "", ""},
		{"nothing", "", URI{}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := Parse(c.text)
			if got != c.want || ok != (c.want != URI{}) {
				t.Errorf("got %+v, %v", got, ok)
			}
			path, _ := got.Path()
			if is := got.Action(); is != c.action {
				t.Errorf("got the action %q, want %q", is, c.action)
			}
			if c.path != "" && path != c.path {
				t.Errorf("got the path %q, want %q", path, c.path)
			}
		})
	}
}

func TestFunction(t *testing.T) {
	const lambda = "arn:aws:apigateway:us-east-1:lambda:path/"
	const arn = "arn:aws:lambda:us-east-1:123456789012:function:orders:live"
	for _, c := range []struct {
		name, text, want string
		streams          bool
	}{
		{"invoked", lambda + "2015-03-31/functions/" + arn + "/invocations", arn, false},
		{"two slashes", lambda + "/2015-03-31/functions/" + arn + "/invocations", arn, false},
		{"streamed", lambda + "2021-11-15/functions/" + arn + "/response-streaming-invocations", arn, true},
		{"a streamed one that is invoked", lambda + "2021-11-15/functions/" + arn + "/invocations", "", true},
		{"an invoked one that is streamed", lambda + "2015-03-31/functions/" + arn + "/response-streaming-invocations", "",
			false},
		{"no ARN", lambda + "2015-03-31/functions//invocations", "", false},
		{"another path of Lambda's", lambda + "2015-03-31/functions", "", false},
		{"another service", "arn:aws:apigateway:us-east-1:sqs:path/2015-03-31/functions/f/invocations", "", false},
		{"a subdomain", "arn:aws:apigateway:us-east-1:x.lambda:path/2015-03-31/functions/f/invocations", "", false},
		{"the function's own ARN", arn, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := Function(c.text); got != c.want || ok != (c.want != "") {
				t.Errorf("got %q, %v, want %q", got, ok, c.want)
			}
			if got := Streams(c.text); got != c.streams {
				t.Errorf("streams: got %v, want %v", got, c.streams)
			}
		})
	}
}
