package apigateway

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// backends returns an API whose routes all invoke the test's function. The path selects the kind of answer.
func backends(t *testing.T, changes ...func(object)) *site {
	t.Helper()
	r := bare()
	addRoute(r, "ANY /fn/{proxy+}", proxy("Fn"))
	addRoute(r, "ANY /mock", mock("mock"))
	for _, change := range changes {
		change(r)
	}
	return serve(t, r)
}

// eventHead is the head of a request over a plain connection, after which the connection ends.
const eventHead = "GET /prod/fn/x HTTP/1.1\nHost: api.example.com\nConnection: close\n"

// rawEvent is the event of a request over a plain connection.
func rawEvent(t *testing.T, s *site, head string) (e object) {
	t.Helper()
	_, body, _ := strings.Cut(s.raw(t, head), "\r\n\r\n")
	if err := json.Unmarshal([]byte(body), &e); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return e
}

func headerBehaviour(t *testing.T) []behaviour {
	s := backends(t)
	has := func(name, source, header, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			e := rawEvent(t, s, eventHead+header+"\n\n")
			name, _, _ := strings.Cut(header, ":")
			return jsonOf(t, []any{e["headers"].(object)[name], e["multiValueHeaders"].(object)[name]})
		}}
	}
	answer := func(name, source, body, want string, show ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			return s.post(t, "POST /prod/fn/answer", body).headers(show...)
		}}
	}
	trace := func(name, sent, want string) behaviour {
		return behaviour{name: name, source: docXRay, want: want + " " + want, got: func(t *testing.T) string {
			got := s.post(t, "POST /prod/fn/x", "", "X-Amzn-Trace-Id: "+sent)
			passed, _ := eventOf(t, got)["headers"].(object)["X-Amzn-Trace-Id"].(string)
			if !strings.HasPrefix(got.header.Get("X-Amzn-Trace-Id"), passed+";") { // it has a Lineage, see traceBehaviour
				return passed + " and " + got.header.Get("X-Amzn-Trace-Id")
			}
			if want == "its own" && passed != sent &&
				regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$`).MatchString(passed) {
				passed = want
			}
			return passed + " " + passed
		}}
	}
	list := []behaviour{
		trace("a trace of the caller's goes on", "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1",
			"Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1"),
		trace("what is no trace does not", "Root=1-a\" b", "its own"),
		has("in capitals", recordedLambda, "X-UPPER: a", `["a",["a"]]`),
		has("in small letters", recordedLambda, "x-lower: a", `["a",["a"]]`),
		has("mixed", recordedLambda, "tEsT-HEADeR: aValUE", `["aValUE",["aValUE"]]`),
		{
			name:   "two lines of one name: the last, and both",
			source: docIssues,
			want:   `["b",["a","b"]]`,
			got: func(t *testing.T) string {
				e := rawEvent(t, s, eventHead+"X-Two: a\nX-Two: b\n\n")
				return jsonOf(t, []any{e["headers"].(object)["X-Two"], e["multiValueHeaders"].(object)["X-Two"]})
			},
		},
		{
			name:   "names in different cases are different",
			source: docIssues,
			want:   `["a","b"]`,
			got: func(t *testing.T) string {
				h := rawEvent(t, s, eventHead+"X-Two: a\nx-two: b\n\n")["headers"].(object)
				return jsonOf(t, []any{h["X-Two"], h["x-two"]})
			},
		},
		{
			name:   "a bearer token is passed on",
			source: docIssues,
			want:   `"Bearer x"`,
			got: func(t *testing.T) string {
				return jsonOf(t, rawEvent(t, s, eventHead+"Authorization: Bearer x\n\n")["headers"].(object)["Authorization"])
			},
		},
		{
			name:   "Transfer-Encoding and Trailer",
			source: docIssues,
			want:   `[null,null,"hello"]`,
			got: func(t *testing.T) string {
				e := rawEvent(
					t,
					s,
					strings.Replace(
						eventHead,
						"GET",
						"POST",
						1,
					)+"Transfer-Encoding: chunked\nTrailer: X-Sum\n\n5\nhello\n0\nX-Sum: 1\n\n",
				)
				return jsonOf(t, []any{e["headers"].(object)["Transfer-Encoding"], e["headers"].(object)["Trailer"], e["body"]})
			},
		},
		{
			name:   "Content-Length and Expect",
			source: docIssues,
			want:   `[null,null,"hello"]`,
			got: func(t *testing.T) string {
				e := rawEvent(t, s, strings.Replace(eventHead, "GET", "POST", 1)+"Content-Length: 5\nExpect: 100-continue\n\nhello")
				return jsonOf(t, []any{e["headers"].(object)["Content-Length"], e["headers"].(object)["Expect"], e["body"]})
			},
		},

		answer(
			"a Content-Type where the function sends none",
			recordedLambda,
			`{"statusCode":200}`,
			"Content-Type: application/json",
			"Content-Type",
		),
		answer(
			"its own",
			recordedLambda,
			`{"headers":{"Content-Type":"text/html"},"body":"<p>"}`,
			"Content-Type: text/html",
			"Content-Type",
		),
		{
			name:   "the ids of every answer",
			source: recordedLambda,
			want:   "true true true",
			got: func(t *testing.T) string {
				h := s.send(t, "GET /prod/fn/x").header
				return fmt.Sprint(
					regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).
						MatchString(h.Get("x-amzn-RequestId")),
					regexp.MustCompile(`^[-_0-9A-Za-z]{15}=$`).MatchString(h.Get("x-amz-apigw-id")),
					regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=`).MatchString(h.Get("X-Amzn-Trace-Id")),
				)
			},
		},
		{name: "the ids of an error", source: recordedLambda, want: "true", got: func(t *testing.T) string {
			got := s.send(t, "GET /prod/nothing")
			return fmt.Sprint(got.record != nil && got.status == 403)
		}},
		{
			name:   "what of a function's headers comes out under another name",
			source: docIssues,
			want:   "x-amzn-Remapped-Server: mine",
			got: func(t *testing.T) string {
				return s.post(t, "POST /prod/fn/answer", `{"headers":{"Server":"mine"}}`).
					headers("Server", "x-amzn-Remapped-Server")
			},
		},

		answer("no CORS headers by themselves", docCORS, `{"statusCode":200}`, "", "Access-Control-Allow-Origin", "Vary"),
		answer(
			"those that the function sends",
			docCORS,
			`{"headers":{"Access-Control-Allow-Origin":"*"}}`,
			"Access-Control-Allow-Origin: *",
			"Access-Control-Allow-Origin",
		),
		{name: "no preflight by itself", source: docCORS, want: noSuchRoute, got: func(t *testing.T) string {
			return s.send(t, "OPTIONS /prod/nothing", "Origin: https://shop.example.com", "Access-Control-Request-Method: GET").
				String()
		}},
	}
	for _, name := range []string{
		"Connection: x",
		"Content-MD5: x",
		"Max-Forwards: 1",
		"Proxy-Authenticate: x",
		"Server: x",
		"TE: trailers",
		"Upgrade: x",
		"WWW-Authenticate: x",
	} {
		header, _, _ := strings.Cut(name, ":")
		if header == "Connection" {
			name = "connection: x" // a second line; the first is eventHead's
		}
		list = append(list, has(header+" is dropped", docIssues, name, `[null,null]`))
	}
	return list
}

// answerBehaviour lists how a function's answer is converted.
func answerBehaviour(t *testing.T) []behaviour {
	s := backends(t)
	const malformed = `502 InternalServerErrorException {"message": "Internal server error"}`
	answer := func(name, source, payload, want string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.post(t, "POST /prod/fn/answer", payload)
			if got.status == 502 && !strings.Contains(got.record.Reason, "malformed Lambda proxy response: ") {
				t.Errorf("the reason does not say what is wrong: %s", got.record.Reason)
			}
			return strings.TrimSpace(got.String() + " " + got.headers("X-A"))
		}}
	}
	empty := answer("an empty object", recordedLambda, `{}`, "200")
	empty.differs = `recorded is 200 without a body ("empty-response" of test_lambda_aws_proxy_response_format); the ` +
		`test that expects 502 sends no {}, as its "if body" is false for it, and its function fails without a body`
	return []behaviour{
		answer("only a status", recordedLambda, `{"statusCode":204}`, "204"),
		answer("the status as a string", recordedLambda, `{"statusCode":"201"}`, "201"),
		answer("only headers", recordedLambda, `{"headers":{"X-A":"1"}}`, "200 X-A: 1"),
		answer("headers that are null", recordedLambda, `{"statusCode":200,"headers":null}`, "200"),
		answer("a header that is a boolean", recordedLambda, `{"headers":{"X-A":true}}`, "200 X-A: true"),
		answer("lists of values", recordedLambda, `{"multiValueHeaders":{"X-A":["1","2"]}}`, "200 X-A: 1, X-A: 2"),
		answer(
			"both maps: multiValueHeaders first",
			recordedLambda,
			`{"headers":{"X-A":"solo"},"multiValueHeaders":{"X-A":["multi"]}}`,
			"200 X-A: multi, X-A: solo",
		),
		answer(
			"both maps, in different cases",
			recordedLambda,
			`{"headers":{"x-a":"solo"},"multiValueHeaders":{"X-A":["multi"]}}`,
			"200 X-A: multi, X-A: solo",
		),
		answer(
			"the same pair in both is there once",
			docProxy,
			`{"headers":{"X-A":"1"},"multiValueHeaders":{"X-A":["1","2"]}}`,
			"200 X-A: 1, X-A: 2",
		),
		empty,
		answer("an unknown key", recordedLambda, `{"statusCode":200,"wrongValue":"value"}`, malformed),
		answer("a bare string", recordedLambda, `"justAString"`, malformed),
		answer("a list", docProxy, `[]`, malformed),
		answer("null", docProxy, `null`, malformed),
		answer("no JSON", docProxy, `{"statusCode":`, malformed),
		answer(
			"multiValueHeaders that are no lists",
			recordedLambda,
			`{"statusCode":200,"multiValueHeaders":{"X-A":"1"}}`,
			malformed,
		),
		answer("a status that is no number", recordedLambda, `{"statusCode":"test"}`, malformed),
		answer("a status out of range", docProxy, `{"statusCode":1000}`, malformed),
		answer("a body that is an object", docProxy, `{"statusCode":200,"body":{}}`, malformed),
		answer("a header that would be two", strictestReading, `{"headers":{"X-A":"1\r\nX-B: 2"}}`, malformed),
		{name: "an error's description", source: docProxy, want: malformed, got: func(t *testing.T) string {
			return s.post(t, "POST /prod/fn/answer", `{"errorMessage":"boom","errorType":"Error"}`).String()
		}},
	}
}

func failureBehaviour(t *testing.T) []behaviour {
	s := backends(t, func(r object) {
		r["SlowFn"] = function()
		r["SlowFn"].(object)["Properties"].(object)["Timeout"] = 1
		addRoute(r, "POST /slow/{proxy+}", proxy("SlowFn"))
		hasty := proxy("Fn")
		hasty["TimeoutInMillis"] = 50
		addRoute(r, "POST /hasty/{proxy+}", hasty)
		hastier := proxy("Fn")
		hastier["TimeoutInMillis"] = 49
		addRoute(r, "POST /hastier/{proxy+}", hastier)
		patient := proxy("Fn")
		patient["TimeoutInMillis"] = 29_001
		addRoute(r, "POST /patient/{proxy+}", patient)
	})
	const failed = `502 InternalServerErrorException {"message": "Internal server error"}`
	ask := func(name, source, target, body, want, reason string) behaviour {
		return behaviour{name: name, source: source, want: want + ": " + reason, got: func(t *testing.T) string {
			got := s.post(t, target, body)
			if !strings.Contains(got.record.Reason, reason) {
				return got.String() + ": " + got.record.Reason
			}
			return got.String() + ": " + reason
		}}
	}
	return []behaviour{
		ask("it panics", seenModes, "POST /prod/fn/panic", "", failed, "out of tea"),
		ask("it exits", seenModes, "POST /prod/fn/exit", "", failed, "exit status 3"),
		ask("it answers with an error", seenModes, "POST /prod/fn/fail", "", failed, "no such order"),
		ask("it times out", seenModes, "POST /prod/slow/sleep", "60000", failed, "Task timed out after 1.00 seconds"),
		ask("the integration times out", docLimits, "POST /prod/hasty/sleep", "400",
			`504 InternalServerErrorException {"message": "Endpoint request timed out"}`, "time-out of 50ms"),
		ask(
			"a time-out below 50 ms is not deployed",
			docLimits,
			"POST /prod/hastier/x",
			"",
			notServedHere,
			"API Gateway's minimum is 50",
		),
		{name: "a time-out above 29 s", source: docLimits, want: "200; true", got: func(t *testing.T) string {
			return fmt.Sprint(
				s.post(t, "POST /prod/patient/x", ""),
				"; ",
				strings.Contains(strings.Join(s.Problems(), "\n"), "API Gateway's maximum is 29000"),
			)
		}, differs: "the quota can be raised, so it is served, with a warning at start"},
		{
			name:   "after all of that it answers",
			source: docRuntime,
			want:   "200",
			got:    func(t *testing.T) string { return s.post(t, "POST /prod/fn/x", "").String() },
		},
	}
}

func binaryBehaviour(t *testing.T) []behaviour {
	with := func(types ...any) *site {
		return backends(t, func(r object) { r["Api"].(object)["Properties"].(object)["BinaryMediaTypes"] = types })
	}
	none, images, all := with(), with("image/png", "application~1octet-stream"), with("*/*")
	asText := backends(t, func(r object) {
		r["Api"].(object)["Properties"].(object)["BinaryMediaTypes"] = []any{"*/*"}
		r["MANYRmock"].(object)["Properties"].(object)["Integration"].(object)["ContentHandling"] = "CONVERT_TO_TEXT"
	})
	mocked := func(name string, s *site, want string, headers ...string) behaviour {
		return behaviour{name: name, source: seenBinaryMock, want: want, got: func(t *testing.T) string {
			return s.send(t, "OPTIONS /prod/mock", headers...).String()
		}}
	}
	const hello, helloBase64 = "hello", "aGVsbG8="
	const payload = `{"statusCode":200,"isBase64Encoded":true,"body":"` + helloBase64 + `"}`
	out := func(name string, s *site, payload, want string, headers ...string) behaviour {
		return behaviour{name: name, source: docBinary, want: want, got: func(t *testing.T) string {
			got := s.post(t, "POST /prod/fn/answer", payload, append([]string{"Content-Type: text/plain"}, headers...)...)
			if got.status != 200 {
				return got.String()
			}
			return got.body
		}}
	}
	notice := func(name string, s *site, payload, want string, headers ...string) behaviour {
		return behaviour{name: name, source: docBinary, want: want, got: func(t *testing.T) string {
			return s.post(t, "POST /prod/fn/answer", payload, append(headers, "Content-Type: text/plain")...).record.Notice
		}}
	}
	in := func(name string, s *site, contentType, want string) behaviour {
		return behaviour{name: name, source: docBinary, want: want, got: func(t *testing.T) string {
			e := eventOf(t, s.post(t, "POST /prod/fn/x", hello, "Content-Type: "+contentType))
			return fmt.Sprint(e["body"], " ", e["isBase64Encoded"])
		}}
	}
	return []behaviour{
		out("no binary types", none, payload, helloBase64, "Accept: image/png"),
		notice("base64 text is noticed", none, payload,
			"Shop/Api: ANY /fn/{proxy+}: the function's answer has isBase64Encoded, and callers get its body as base64 text, "+
				"as on AWS, because the first type of the Accept header is not one of the API's BinaryMediaTypes: "+
				`set these to "*/*", by which each body is binary, or name the type of the answer there and first in Accept`,
			"Accept: image/png"),
		notice("bytes are not", images, payload, "", "Accept: image/png"),
		notice("nor is a text", none, `{"statusCode":200,"body":"`+helloBase64+`"}`, ""),
		notice("nor an answer without a body", none, `{"statusCode":204,"isBase64Encoded":true}`, ""),
		out("the first Accept type is one", images, payload, hello, "Accept: image/png"),
		out("it is, with parameters", images, payload, hello, "Accept: image/png;q=0.8, text/html"),
		out("it is not the first one", images, payload, helloBase64, "Accept: text/html, image/png"),
		out("the first of two lines is", images, payload, hello, "Accept: image/png", "Accept: text/html"),
		out("~1 stands for a slash", images, payload, hello, "Accept: application/octet-stream"),
		out("no Accept", images, payload, helloBase64),
		out("*/* covers all", all, payload, hello, "Accept: text/html"),
		out("*/* covers no Accept", all, payload, hello),
		out("the caller's */* is not a type in the list", images, payload, helloBase64, "Accept: */*"),
		out(
			"not encoded: passed on as it is",
			images,
			`{"statusCode":200,"body":"`+helloBase64+`"}`,
			helloBase64,
			"Accept: image/png",
		),
		{
			name:   "encoded, but not base64",
			source: docResponses,
			want:   `500 ApiConfigurationException {"message":null}; isBase64Encoded is true and the caller accepts image/png`,
			got: func(t *testing.T) string {
				got := images.post(
					t,
					"POST /prod/fn/answer",
					`{"statusCode":200,"isBase64Encoded":true,"body":"!"}`,
					"Content-Type: text/plain",
					"Accept: image/png",
				)
				_, words, _ := strings.Cut(got.record.Reason, "not base64: ")
				words, _, _ = strings.Cut(words, ", a binary")
				return got.String() + "; " + words
			},
		},
		in("a request's body of a binary type", images, "image/png", helloBase64+" true"),
		in("a request's body of another type", images, "text/plain", hello+" false"),
		in("*/* covers all requests", all, "text/plain", helloBase64+" true"),
		mocked(
			"a MOCK does not transform what is binary, as a preflight of */*",
			all,
			`500 ApiConfigurationException {"message": "Internal server error"}`,
			"Origin: https://a.example.com",
		),
		mocked("unless it is converted to text", asText, "200 mock", "Origin: https://a.example.com"),
		mocked("nor is it of another type", images, "200 mock", "Origin: https://a.example.com"),
	}
}

// compressedBehaviour has requests with a Content-Encoding, and the bodies that functions receive.
func compressedBehaviour(t *testing.T) []behaviour {
	s := backends(t, func(r object) { r["Api"].(object)["Properties"].(object)["BinaryMediaTypes"] = []any{"image/png"} })
	with := func(coding string) string {
		var b bytes.Buffer
		var w io.WriteCloser = gzip.NewWriter(&b)
		if coding == "deflate" {
			w = zlib.NewWriter(&b)
		}
		io.WriteString(w, "hello")
		w.Close()
		return b.String()
	}
	const large = 10<<20 + 1
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	w.Write(make([]byte, large))
	w.Close()
	ask := func(name, source, body, want string, headers ...string) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.post(t, "POST /prod/fn/x", body, headers...)
			if got.status != 200 {
				return got.String()
			}
			e := eventOf(t, got)
			return fmt.Sprint(e["body"], " ", e["isBase64Encoded"], " ", e["headers"].(object)["Content-Encoding"])
		}}
	}
	const refused = `415 BadRequestException {"message":"Unsupported Media Type"}`
	return []behaviour{
		ask(
			"gzip is taken off, and the header stays",
			seenCompressed,
			with("gzip"),
			"hello false gzip",
			"Content-Encoding: gzip",
			"Content-Type: text/plain",
		),
		ask(
			"deflate",
			docCompressed,
			with("deflate"),
			"hello false Deflate",
			"Content-Encoding: Deflate",
			"Content-Type: text/plain",
		),
		ask(
			"identity",
			docCompressed,
			"hello",
			"hello false identity",
			"Content-Encoding: identity",
			"Content-Type: text/plain",
		),
		ask(
			"of a binary media type",
			"https://yoshihiro-kato.blogspot.com/2018/03/api-gateway.html",
			with("gzip"),
			"aGVsbG8= true gzip",
			"Content-Encoding: gzip",
			"Content-Type: image/png",
		),
		ask("no body", strictestReading, "", "<nil> false gzip", "Content-Encoding: gzip"),
		ask("a coding that is not known", docCompressed, "hello", refused, "Content-Encoding: br"),
		ask("a body that is not in it", docCompressed, "hello", refused, "Content-Encoding: gzip"),
		ask(
			"more than the most",
			strictestReading,
			bomb.String(),
			`413 BadRequestException {"message": "Request Too Long"}`,
			"Content-Encoding: gzip",
		),
	}
}

func limitBehaviour(t *testing.T) []behaviour {
	s := backends(t)
	const body = 10 << 20
	sized := func(name, source, target, want string, size int) behaviour {
		return behaviour{name: name, source: source, want: want, got: func(t *testing.T) string {
			got := s.post(t, target, strings.Repeat("x", size))
			if got.status >= 400 {
				return fmt.Sprintf("%d %s", got.status, got.body)
			}
			return fmt.Sprint(got.status)
		}}
	}
	// headed makes a request whose request line and headers have a given number of bytes.
	headed := func(name string, size int, want string) behaviour {
		return behaviour{name: name, source: docLimits, want: want, got: func(t *testing.T) string {
			head := "GET /prod/mock HTTP/1.1\nHost: a\nConnection: close\nX-Pad: "
			pad := size - len(head) - strings.Count(head, "\n") - len("\r\n\r\n")
			answer := s.raw(t, head+strings.Repeat("x", pad)+"\n\n")
			status, rest, _ := strings.Cut(answer, "\r\n")
			if !strings.Contains(status, " 200 ") {
				_, rest, _ = strings.Cut(rest, "\r\n\r\n")
				return status + ": " + rest
			}
			return status
		}}
	}
	large := sized(
		"an event of more than 6,291,456 bytes",
		seenTooLong,
		"POST /prod/fn/pid",
		`413 {"message": "Request Too Long"}`,
		6_291_456-500,
	)
	tooMany := headed(
		"header lines of 10,241 bytes",
		10_241,
		"HTTP/1.1 431 Request Header Fields Too Large: HTTP header is larger than 10240 bytes.",
	)
	tooMany.differs = "the words were seen on AWS; which status goes with them was not, so it is that of RFC 6585"
	return []behaviour{
		sized("a body of 10 MB", docLimits, "POST /prod/mock", "200", body),
		sized(
			"a body of 10 MB and a byte",
			seenTooLong,
			"POST /prod/mock",
			"413 HTTP content length exceeded 10485760 bytes.",
			body+1,
		),
		headed("header lines of 10,240 bytes", 10_240, "HTTP/1.1 200 OK"),
		tooMany,
		sized("an event of less than 6,291,456 bytes", docLambdaLimits, "POST /prod/fn/pid", "200", 6_291_456-4096),
		large,
		{
			name:   "an answer of less than 6,291,456 bytes",
			source: docLambdaLimits,
			want:   "200 6291300",
			got: func(t *testing.T) string {
				got := s.post(t, "POST /prod/fn/large", "6291300")
				return fmt.Sprint(got.status, " ", len(got.body))
			},
		},
		{
			name:   "an answer of more",
			source: docLambdaLimits,
			want:   `502 InternalServerErrorException {"message": "Internal server error"}; true`,
			got: func(t *testing.T) string {
				got := s.post(t, "POST /prod/fn/large", "6291456")
				return fmt.Sprint(
					got,
					"; ",
					strings.Contains(
						got.record.Reason,
						"Response payload size exceeded maximum allowed payload size (6291456 bytes).",
					),
				)
			},
		},
	}
}

// runtimeBehaviour is the Lambda Runtime API, seen from the caller's side and from inside the function.
func runtimeBehaviour(t *testing.T) []behaviour {
	s := backends(t)
	pid := func(t *testing.T) string { return s.send(t, "GET /prod/fn/pid").body }
	return []behaviour{
		{
			name:   "a wrong id is 400, a wrong state 403",
			source: docRuntime,
			want:   "invocation/next 403, invocation/another-id/response 400, init/error 403",
			got:    func(t *testing.T) string { return s.send(t, "GET /prod/fn/runtime").body },
		},
		{name: "a process is used again", source: docRuntime, want: "true", got: func(t *testing.T) string {
			before := pid(t)
			return fmt.Sprint(pid(t) == before)
		}},
		{
			name:   "after a panic there is another one",
			source: docRuntime,
			want:   "false",
			got: func(t *testing.T) string {
				before := pid(t)
				s.send(t, "GET /prod/fn/panic")
				return fmt.Sprint(pid(t) == before)
			},
		},
		{
			name:   "one invocation at a time in a process",
			source: docRuntime,
			want:   "2 processes",
			got: func(t *testing.T) string {
				var both sync.WaitGroup
				both.Add(2)
				meeting := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
					both.Done()
					both.Wait()
				}))
				defer meeting.Close()
				bodies := make(chan string, 2)
				for range 2 {
					r := s.request(t, "POST /prod/fn/meet", meeting.URL)
					go func() {
						got, err := client.Do(r)
						if err != nil {
							bodies <- err.Error()
							return
						}
						defer got.Body.Close()
						body, _ := io.ReadAll(got.Body)
						bodies <- string(body)
					}()
				}
				if first, second := <-bodies, <-bodies; first == second {
					return "1 process: " + first
				}
				return "2 processes"
			},
		},
		{name: "the headers of an invocation, 202 for its answer, 413 for one too large", source: docRuntime,
			differs: "not seen over HTTP: package lambdaruntime shows it (TestWhatAFunctionSees, TestTheRuntimeAPIOutOfTurn, " +
				"TestOutcomes), and aws-lambda-go, which exits at anything but 202, serves all tests here"},
	}
}
