package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatehouse-cdk/gatehouse/internal/cdktoken"
)

// DefaultStage is the default name of a stage.
const DefaultStage = "prod"

var stageForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// stageName returns the name of the stage that the API is deployed to, or "" if it is not deployed.
func stageName(props Props) string {
	r := props.RestAPI
	switch {
	case r != nil && r.NotDeployed:
		return ""
	case r != nil && r.StageName != nil:
		return *r.StageName
	}
	return cmp.Or(props.Stage.Name, DefaultStage)
}

func (s Stage) check() (errs []error) {
	if err := checkStageName("Stage.Name", s.Name); s.Name != "" && err != nil {
		errs = append(errs, err)
	}
	if s.RateLimit < 0 || s.BurstLimit < 0 {
		errs = append(errs, fmt.Errorf("Stage: a RateLimit of %s and a BurstLimit of %s: want positive numbers, 0 for "+
			"the default, or NoThrottling; CDK tokens go into RestApiProps.DeployOptions",
			formatNumber(s.RateLimit), formatNumber(s.BurstLimit)))
	}
	if s.NoThrottling && (s.RateLimit != 0 || s.BurstLimit != 0) {
		errs = append(errs, errors.New("Stage: NoThrottling is set beside limits: leave one out"))
	}
	if s.NoAccessLogs && s.SetsRetention {
		errs = append(errs, errors.New("Stage: NoAccessLogs is set beside AccessLogRetention: leave one out"))
	}
	if c := s.Canary; c != nil {
		if !(c.Percent >= 0 && c.Percent <= 100) {
			errs = append(errs, fmt.Errorf("Stage.Canary has Percent %v: want 0 to 100, of the requests", c.Percent))
		}
		errs = append(errs, checkVariables("Stage.Canary.Variables", c.Variables)...)
	}
	return errs
}

// The forms of a stage variable's name and value.
// Source: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html (variables)
var (
	variableName  = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	variableValue = regexp.MustCompile(`^[A-Za-z0-9._~:/?#&=,-]+$`)
)

// checkVariables refuses stage variables with which the stage does not deploy.
func checkVariables(field string, variables map[string]string) (errs []error) {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		value := variables[name]
		if !cdktoken.Unresolved(name) && !variableName.MatchString(name) {
			errs = append(errs, fmt.Errorf("%s has the variable %q: want a name of letters, digits and _", field, name))
		}
		if !cdktoken.Unresolved(value) && !variableValue.MatchString(value) {
			errs = append(errs, fmt.Errorf("%s has %q as the value of %s: want letters, digits and any of -._~:/?#&=,",
				field, value, name))
		}
	}
	return errs
}

// checkStageName refuses a name that a stage cannot have.
func checkStageName(field, name string) error {
	if cdktoken.UnresolvedList(name) {
		return fmt.Errorf("%s is a list, which is known only when the stack is deployed: take one value of it with "+
			"awscdk.Fn_Select", field)
	}
	if cdktoken.Unresolved(name) || len(name) <= 128 && stageForm.MatchString(name) {
		return nil
	}
	return fmt.Errorf("%s %q: want 1 to 128 letters, digits, - and _", field, name)
}

// stageOfPolicies returns the stage in the resources of policies. It is * if the API is not deployed or the name is
// known only at deployment. A statement with a literal stage may then be for this one.
func (p *Plan) stageOfPolicies() string {
	if p.Stage == "" || cdktoken.Unresolved(p.Stage) {
		return "*"
	}
	return p.Stage
}

// longestStage has the maximum length of a stage name. It stands in for a name that is not known.
var longestStage = strings.Repeat("s", 128)

// checkFlush refuses to empty a cache that the API does not have.
func (p *Plan) checkFlush() []error {
	keeps := func(g *Guard) bool { return g.Keeps }
	if !p.props.Stage.FlushAuthorizerCache || slices.ContainsFunc(p.Guards, keeps) {
		return nil
	}
	return []error{errors.New("Stage.FlushAuthorizerCache: the API has no authorizer with a cache: leave it out")}
}
