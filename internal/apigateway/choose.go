package apigateway

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/apimodel"
)

// choice is a stage to be served, with the first segment of its paths.
type choice struct {
	api   *apimodel.API
	stage *apimodel.Stage
	mount string
}

// choose returns the stages of the APIs that the options select.
func (s *served) choose() (chosen []choice, err error) {
	wanted := s.gateway.options.API
	for _, api := range s.model.APIs {
		if wanted != "" && wanted != api.Name && wanted != api.ID.String() {
			continue
		}
		for _, st := range api.Stages {
			chosen = append(chosen, choice{api: api, stage: st})
		}
	}
	if len(chosen) == 0 {
		return nil, s.nothingToServe(wanted)
	}
	mount(chosen)
	return chosen, nil
}

// apisOf returns the APIs of stages.
func apisOf(chosen []choice) (apis []*apimodel.API) {
	for _, c := range chosen {
		if !slices.Contains(apis, c.api) {
			apis = append(apis, c.api)
		}
	}
	return apis
}

// noSuchAPI is an [ErrNoStage] for a name that selects no API with a stage.
type noSuchAPI string

func (e noSuchAPI) Error() string { return string(e) }

func (e noSuchAPI) Is(target error) bool { return target == ErrNoStage }

// nothingToServe returns an error that lists the APIs to choose from. If no API was selected, it says why none of them
// is served.
func (s *served) nothingToServe(wanted string) error {
	var names, why []string
	for _, other := range s.model.OtherAPIs {
		why = append(why, fmt.Sprintf("%s is %s API, which is not served: use a REST API, as awsapigateway.RestApi makes it",
			other.ID, other.Kind))
	}
	found := false
	for _, api := range s.model.APIs {
		if len(api.Stages) == 0 {
			why = append(why, fmt.Sprintf("%s has no AWS::ApiGateway::Stage", api.ID))
			found = found || wanted == api.Name || wanted == api.ID.String()
			continue
		}
		names = append(names, fmt.Sprintf("%q (%s)", api.Name, api.ID))
	}
	switch {
	case found && names != nil:
		return noSuchAPI(fmt.Sprintf("the API %q has no AWS::ApiGateway::Stage: choose one of %s", wanted,
			strings.Join(names, ", ")))
	case names != nil:
		return noSuchAPI(fmt.Sprintf("the assembly has no API %q: choose one of %s", wanted, strings.Join(names, ", ")))
	case why != nil:
		return fmt.Errorf("%w: %s", ErrNoStage, strings.Join(why, "; "))
	}
	return ErrNoStage
}
