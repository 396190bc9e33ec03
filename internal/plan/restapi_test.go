package plan

import "testing"

func TestWrongRestApiProps(t *testing.T) {
	with := func(r RestAPI) func(*Props) { return func(p *Props) { p.RestAPI = &r } }
	const way = ", and API Gateway takes settings of one verb, or of the whole stage by \"/*/*\": write one for each verb"
	testRefusals(t, []refusal{
		{"no media type", with(RestAPI{NilMediaTypes: []int{1}}),
			"RestApiProps.BinaryMediaTypes[1] is nil: name a type such as image/png, or leave it out"},
		{"settings of ANY", with(RestAPI{MethodOptions: []string{"/*/*", "/a/GET", "/a/any"}}),
			`RestApiProps.DeployOptions.MethodOptions has "/a/any"` + way},
		{"settings of all verbs", with(RestAPI{MethodOptions: []string{"/a/{id}/*"}}),
			`RestApiProps.DeployOptions.MethodOptions has "/a/{id}/*"` + way},
	})
}
