package validation

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/checks"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/exchange"
	"github.com/gatehouse-cdk/gatehouse/internal/apigateway/mapping"
	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// api returns an API with some models. Its method requires the parameters, and bodies that are valid for the models of
// their content types.
func api(
	models map[string]string,
	wants map[string]string,
	parameters map[string]bool,
) (*apimodel.API, *apimodel.Method) {
	a := &apimodel.API{APIID: "a1b2c3d4e5"}
	m := &apimodel.Method{
		Validator: &apimodel.Validator{
			Body:       wants != nil,
			Parameters: parameters != nil,
		}, RequestParameters: parameters, RequestSchemas: map[string]*apimodel.Schema{},
	}
	for name, text := range models {
		s := &apimodel.Schema{Name: name, JSON: json.RawMessage(text)}
		if text == "" {
			s.JSON = nil
		}
		a.Schemas = append(a.Schemas, s)
		for contentType, wanted := range wants {
			if wanted == name {
				m.RequestSchemas[contentType] = s
			}
		}
	}
	return a, m
}

func request(contentType, body string) *exchange.Request {
	r := &exchange.Request{Verb: "POST", Path: "/", Body: []byte(body)}
	if contentType != "" {
		r.Headers = append(r.Headers, exchange.Header{Name: "content-type", Value: contentType})
	}
	return r
}

// twoNumbers is the model of test_api_gateway_request_validator in LocalStack, which was recorded on AWS.
const twoNumbers = `{"title":"testSchema","type":"object",` +
	`"properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}`

func TestBodies(t *testing.T) {
	const refused = "Invalid request body"
	for _, c := range []struct {
		name, model, on   string // on is the model's content type; "" is application/json
		contentType, body string
		want, why         string // why is a part of the reason or, for a request that passes, of the trace
	}{
		{"a body that fits", twoNumbers, "", "application/json", `{"a":1,"b":2}`, "", "it fits the model Two"},
		{
			"a body that does not, as recorded",
			twoNumbers,
			"",
			"application/json",
			`{"test":"test"}`,
			refused,
			`at '/': missing properties 'a', 'b'`,
		},
		{
			"no body counts as an empty object, as recorded",
			twoNumbers,
			"",
			"application/json",
			"",
			refused,
			"missing properties",
		},
		{"no body and no content type, as recorded", twoNumbers, "", "", "", refused, "missing properties"},
		{"a value of another type", twoNumbers, "", "", `{"a":1,"b":"2"}`, refused, `at '/b': got string, want number`},
		{"two faults", twoNumbers, "", "", `{"a":[],"b":"2"}`, refused, `; at '/`},
		{"a body that is not JSON", twoNumbers, "", "", `{"a":1`, refused, "it is not JSON"},
		{"two JSON documents", twoNumbers, "", "", `{"a":1,"b":2}{}`, refused, "it is not JSON"},
		{
			"a content type with parameters",
			twoNumbers,
			"",
			"Application/JSON; charset=utf-8",
			`{}`,
			refused,
			"missing properties",
		},
		{"a content type without a model", twoNumbers, "", "text/plain", `not JSON`, "", "no model for text/plain"},
		{"$default is for any content type", twoNumbers, "$default", "text/plain", `{}`, refused, "missing properties"},
		{"and for none", twoNumbers, "$default", "", `{}`, refused, "missing properties"},
		{
			"a number that no computer could hold",
			twoNumbers,
			"",
			"",
			`{"a":1e999999999,"b":[{"c":1}]}`,
			refused,
			"the number 1e999999999 is out of range",
		},
		{
			"one that is out of range below",
			twoNumbers,
			"",
			"",
			`{"a":1,"b":[1e-99999999999999999999]}`,
			refused,
			"out of range",
		},
		{
			"one that takes minutes to convert",
			twoNumbers,
			"",
			"",
			`{"a":1,"b":` + strings.Repeat("9", 1<<20) + `}`,
			refused,
			"999... is out of range",
		},
		{
			"one that the schema's package cannot hold",
			`{"minimum":1}`,
			"",
			"",
			"1." + strings.Repeat("9", 1<<20),
			refused,
			"999... is out of range",
		},
		{
			"more faults than are listed",
			`{"items":{"type":"string"}}`,
			"",
			"",
			"[" + strings.Repeat("1,", 1000) + "1]",
			refused,
			"at '/9': got number, want string; and 991 more",
		},
		{"a long fault", `{"pattern":"^a$"}`, "", "", `"` + strings.Repeat("ä", 1<<20) + `"`, refused, "ää..."},
		{"draft 4: an integer by its form", `{"type":"integer"}`, "", "", `1.0`, refused, "got number with a fraction"},
		{"and not by its value", `{"type":["integer","null"]}`, "", "", `1e2`, refused, "want integer"},
		{"an integer", `{"type":"integer"}`, "", "", `100`, "", "it fits"},
		{"or a number", `{"type":["integer","number"],"enum":[1]}`, "", "", `1.0`, "", "it fits"},
		{"equal numbers are not unique", `{"uniqueItems":true}`, "", "", `[1,1.0]`, refused, "equal"},
		{"a fraction without a remainder", `{"multipleOf":0.1}`, "", "", `0.3`, "", "it fits"},
		{"the last of duplicate members counts", `{"properties":{"a":{"type":"integer"}}}`, "", "",
			`{"a":"x","a":1}`, "",
			"it fits"},
		{"null is there", `{"required":["a"]}`, "", "", `{"a":null}`, "", "it fits"},
		{"by their pattern, members are not additional",
			`{"patternProperties":{"^x-":{}},"additionalProperties":false}`, "", "", `{"x-a":1}`, "", "it fits"},
		{"others are", `{"patternProperties":{"^x-":{}},"additionalProperties":false}`, "", "", `{"y-a":1}`, refused, "y-a"},
		{"a character beyond U+FFFF is two of an expression", `{"pattern":"^.$"}`, "", "", `"😀"`, refused, "pattern"},
		{"a model without a schema", "", "", "", `[]`, "", "it fits the model Two"},
		{
			"draft 4: exclusiveMinimum belongs to minimum",
			`{"minimum":1,"exclusiveMinimum":true}`,
			"",
			"",
			`1`,
			refused,
			"exclusiveMinimum: got 1, want 1",
		},
		{
			"draft 4 is what a model without $schema is of",
			`{"id":"https://example.com/two","minimum":1,"exclusiveMinimum":true}`,
			"",
			"",
			`1`,
			refused,
			"exclusiveMinimum: got 1, want 1",
		},
		{
			"another draft by its $schema",
			`{"$schema":"http://json-schema.org/draft-07/schema#","exclusiveMinimum":1}`,
			"",
			"",
			`1`,
			refused,
			"exclusiveMinimum",
		},
		{
			"a reference within the model",
			`{"definitions":{"n":{"type":"number"}},"items":{"$ref":"#/definitions/n"}}`,
			"",
			"",
			`[1,"2"]`,
			refused,
			`at '/1': got string, want number`,
		},
		{
			"a model that refers to itself",
			`{"type":"object","properties":{"next":{"$ref":"#"}},"additionalProperties":false}`,
			"",
			"",
			`{"next":{"next":{"other":1}}}`,
			refused,
			`at '/next/next'`,
		},
		{
			"a reference to another model",
			`{"items":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Other"}}`,
			"",
			"",
			`[1]`,
			refused,
			`at '/0': got number, want string`,
		},
		{
			"to a part of one",
			`{"items":{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/Other#/definitions/short"}}`,
			"",
			"",
			`["ab"]`,
			refused,
			"maxLength",
		},
		{"a format", `{"format":"date-time"}`, "", "", `"yesterday"`, refused, "date-time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			on := c.on
			if on == "" {
				on = "application/json"
			}
			a, m := api(
				map[string]string{"Two": c.model, "Other": `{"type":"string","definitions":{"short":{"maxLength":1}}}`},
				map[string]string{on: "Two"},
				nil,
			)
			v, err := New(a, m)
			if err != nil {
				t.Fatal(err)
			}
			var verdict checks.Verdict
			failure := v.Check(request(c.contentType, c.body), nil, &verdict)
			if len(verdict.Trace) != 1 || verdict.Trace[0].Check != "request body" ||
				verdict.Trace[0].Passed != (failure == nil) {
				t.Fatalf("the trace is %+v", verdict.Trace)
			}
			if failure == nil {
				failure = &mapping.Failure{Reason: verdict.Trace[0].Detail}
			} else if failure.Type != mapping.BadRequestBody || failure.Reason != verdict.Trace[0].Detail || !strings.HasPrefix(
				failure.Validation,
				"[",
			) {
				t.Errorf("got %+v", failure)
			}
			if len(failure.Reason) > 8<<10 {
				t.Errorf("the reason has %d bytes", len(failure.Reason))
			}
			if failure.Message != c.want || !strings.Contains(failure.Reason, c.why) {
				t.Errorf("got %q because %s, want %q because %s", failure.Message, failure.Reason, c.want, c.why)
			}
		})
	}
}

// The models of test_api_gateway_request_validator_with_ref_models and of ..._with_ref_one_ofmodels in
// https://github.com/localstack/localstack/blob/main/tests/aws/services/apigateway/test_apigateway_common.snapshot.json.
// The snapshot has the results. The bodies are ours.
func TestRecordedReferences(t *testing.T) {
	const models = "https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/"
	list := `{"type":"array","items":{"$ref":"` + models + `testSchema"}}`
	oneOf := `{"type":"object","properties":{"status":{"oneOf":[{"type":"null"},{"$ref":"` + models + `StatusModel"}]}},` +
		`"required":["status"]}`
	status := `{"type":"object","properties":{"Status":{"type":"string"},"Order":{"type":"integer"}},` +
		`"required":["Status","Order"]}`
	for _, c := range []struct {
		name, model, body string
		fits              bool
	}{
		{"list: successful", list, `[{"a":1,"b":2}]`, true},
		{"list: failed-validation", list, `[{"a":1}]`, false},
		{"oneOf: successful", oneOf, `{"status":null}`, true},
		{"oneOf: successful-with-data", oneOf, `{"status":{"Status":"works","Order":1}}`, true},
		{"oneOf: failed-validation-no-data", oneOf, `{}`, false},
		{"oneOf: failed-validation-bad-data", oneOf, `{"status":{"Status":"works","Order":"1"}}`, false},
	} {
		a, m := api(
			map[string]string{"Model": c.model, "testSchema": twoNumbers, "StatusModel": status},
			map[string]string{"application/json": "Model"},
			nil,
		)
		v, err := New(a, m)
		if err != nil {
			t.Fatal(err)
		}
		f := v.Check(request("application/json", c.body), nil, &checks.Verdict{})
		if c.fits != (f == nil) || f != nil && f.Message != "Invalid request body" {
			t.Errorf("%s: got %+v", c.name, f)
		}
	}
}

func TestAModelThatFitsBetterThanDefault(t *testing.T) {
	a, m := api(
		map[string]string{"Any": `{"type":"string"}`, "Number": `{"type":"number"}`},
		map[string]string{"$default": "Any", "Application/Vnd.Shop+json; v=1": "Number"},
		nil,
	)
	v, err := New(a, m)
	if err != nil {
		t.Fatal(err)
	}
	for contentType, body := range map[string]string{"application/vnd.shop+json": "1", "application/json": `"one"`} {
		if f := v.Check(request(contentType, body), nil, &checks.Verdict{}); f != nil {
			t.Errorf("%s: %+v", contentType, f)
		}
	}
}

// TestModelsThatCannotBeEnforced checks that these models are not ignored. The function would receive bodies that they
// reject.
func TestModelsThatCannotBeEnforced(t *testing.T) {
	for _, c := range []struct{ name, model, want string }{
		{"not a schema", `{"type":"text"}`, "Two"},
		{"a look-around", `{"pattern":"(?=a).*"}`,
			`Two: the expression "(?=a).*": the look-around or atomic group (?= is not supported here`},
		{"a long repetition", `{"properties":{"a":{"pattern":"^.{0,2000}$"}}}`,
			`Two: the expression "^.{0,2000}$": the repetition {0,2000}, of more than 1,000, is not supported here`},
		{"a look-around in the name of properties", `{"patternProperties":{"^(?!a)":{}}}`,
			`Two: the expression "^(?!a)": the look-around or atomic group (?! is not supported here`},
		{"not an expression", `{"pattern":"(a"}`,
			"it is not a JSON Schema: at '/pattern': '(a' is not valid regex: missing closing )"},
		{"an expression that only Go has", `{"pattern":"\\Aa"}`, `the expression "\\Aa": \A is not supported here`},
		{
			"a reference to a model that the API has not",
			`{"$ref":"https://apigateway.amazonaws.com/restapis/a1b2c3d4e5/models/None"}`,
			"models/None",
		},
		{
			"to one of another API",
			`{"$ref":"https://apigateway.amazonaws.com/restapis/z9/models/Other"}`,
			"a model can only refer to another one of its API",
		},
		{"to a page", `{"$ref":"https://example.com/schema.json"}`, "https://example.com/schema.json"},
		{"to a file", `{"$ref":"file:///etc/passwd"}`, "file:///etc/passwd"},
		{"to a missing part", `{"$ref":"#/definitions/none"}`, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, m := api(map[string]string{"Two": c.model}, map[string]string{"application/json": "Two"}, nil)
			_, err := New(a, m)
			if !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), "Two") || !strings.Contains(err.Error(), c.want) ||
				strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line of ErrModel that names the model and %q", err, c.want)
			}
		})
	}
}

func TestParameters(t *testing.T) {
	wants := map[string]bool{
		"method.request.header.X-Tenant":  true,
		"method.request.querystring.page": true,
		"method.request.path.id":          true,
		"method.request.querystring.size": false,
	}
	for _, c := range []struct {
		name, header, query, id string
		want                    string
	}{
		{"all there", "acme", "page=1", "7", ""},
		{"none", "", "", "", "[X-Tenant, id, page]"},
		{"a blank header", "  ", "page=1", "7", "[X-Tenant]"},
		{"a blank parameter of the query", "acme", "page=+", "7", "[page]"},
		{"one without a value", "acme", "page", "7", "[page]"},
		{"a blank parameter of the path", "acme", "page=1", " ", "[id]"},
		{"names of headers have no case, those of the query do", "acme", "Page=1", "7", "[page]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, m := api(map[string]string{"Two": twoNumbers}, map[string]string{"application/json": "Two"}, wants)
			v, err := New(a, m)
			if err != nil {
				t.Fatal(err)
			}
			r := request("", `{"a":1,"b":2}`)
			r.RawQuery = c.query
			if c.header != "" {
				r.Headers = append(r.Headers, exchange.Header{Name: "x-tenant", Value: c.header})
			}
			var verdict checks.Verdict
			f := v.Check(r, map[string]string{"id": c.id}, &verdict)
			switch {
			case c.want == "":
				if f != nil || len(verdict.Trace) != 2 {
					t.Errorf("got %+v with the steps %+v, want it to pass both checks", f, verdict.Trace)
				}
			case f == nil:
				t.Errorf("it passed, want %s missing", c.want)
			default:
				if f.Type != mapping.BadRequestParameters || f.Message != "Missing required request parameters: "+c.want ||
					len(verdict.Trace) != 1 {
					t.Errorf("got %+v with the steps %+v, want %s", f, verdict.Trace, c.want)
				}
			}
		})
	}
}

func TestNothingToValidate(t *testing.T) {
	_, off := api(
		map[string]string{"Two": `{"type":"text"}`},
		map[string]string{"application/json": "Two"},
		map[string]bool{"method.request.path.id": true},
	)
	off.Validator.Body, off.Validator.Parameters = false, false
	for name, m := range map[string]*apimodel.Method{
		"no validator":    {RequestParameters: map[string]bool{"method.request.path.id": true}},
		"one that is off": off,
	} {
		v, err := New(&apimodel.API{}, m)
		if err != nil {
			t.Fatal(name, err)
		}
		var verdict checks.Verdict
		if f := v.Check(request("", ""), nil, &verdict); f != nil || len(verdict.Trace) != 0 {
			t.Errorf("%s: %+v %+v", name, f, verdict.Trace)
		}
	}
}

// FuzzBody searches for a body that breaks the check, or whose result depends on its spelling: an accepted body must
// still be accepted after decoding and encoding.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":2}`,
		`{"a":1e400,"b":-0}`,
		`[]`,
		"",
		`{"a":{"a":{}},"b":null}`,
		`{"a":1,"a":2,"b":3}`,
		"\"\xff\"",
		`{"a":1e-400,"b":1e401}`,
		`{"a":00}`,
	} {
		f.Add(seed)
	}
	a, m := api(
		map[string]string{
			"Two": `{"type":"object","properties":{"a":{"type":"number","multipleOf":0.5,"maximum":1e3},"b":{}},` +
				`"required":["a"]}`,
		},
		map[string]string{"$default": "Two"},
		nil,
	)
	v, err := New(a, m)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		failure := v.Check(request("", body), nil, &checks.Verdict{})
		if failure != nil {
			if failure.Reason == "" || strings.ContainsAny(failure.Reason, "\r\n") && !strings.ContainsAny(body, "\r\n") {
				t.Fatalf("%q: the reason is %q", body, failure.Reason)
			}
			return
		}
		d := json.NewDecoder(strings.NewReader(body))
		d.UseNumber()
		var value map[string]any
		if err := d.Decode(&value); err != nil {
			t.Fatalf("%q passed and is not an object: %v", body, err)
		}
		if _, ok := value["a"].(json.Number); !ok {
			t.Fatalf("%q passed and its a is not a number", body)
		}
		again, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if failure := v.Check(request("", string(again)), nil, &checks.Verdict{}); failure != nil {
			t.Fatalf("%q passed, and %q did not: %s", body, again, failure.Reason)
		}
	})
}
