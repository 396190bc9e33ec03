package test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// explained has the accepted findings of cdk-nag's AwsSolutions rules, with reasons. The test fails for any other
// finding, and if a rule here no longer has a finding.
var explained = map[string]string{
	"AwsSolutions-APIG2": "the functions validate requests themselves, with better errors than a request validator",
	"AwsSolutions-APIG3": "a web ACL is the account's decision and cost: associate one with api.RestAPI.DeploymentStage()",
	"AwsSolutions-APIG4": "routes without an authorizer say why they are Public; another test compares them with a list",
	"AwsSolutions-APIG6": "execution logs need the account-wide role, which is off unless asked for; access logs are on",
	"AwsSolutions-COG2":  "the example offers one-time passwords, unforced, so that a first user can sign in at once",
	"AwsSolutions-COG3":  "threat protection needs Cognito's Plus plan, which costs for each user",
	"AwsSolutions-COG4":  "the other guards are what this library is for",
	"AwsSolutions-SMG4":  "one command rotates CookieSessions.Keys; a client's key is the provider's to rotate",
	"AwsSolutions-IAM5":  "a route's parameter is granted as a wildcard; GrantInvoke checks that it covers no other route",
	"AwsSolutions-IAM4":  "AWSLambdaBasicExecutionRole only writes logs, and CodeDeploy needs its own to shift an alias",
}

// about has expressions. An explanation applies only to findings that match its expression.
var about = map[string]string{
	"AwsSolutions-IAM5": ":execute-api:",
	"AwsSolutions-IAM4": "AWSLambdaBasicExecutionRole|AWSCodeDeployRoleForLambdaLimited",
}

var ruleID = regexp.MustCompile(`AwsSolutions-[A-Z]+[0-9]+`)

func TestNagHasNoUnexplainedFindings(t *testing.T) {
	seen := map[string]bool{}
	examples, err := filepath.Glob("../examples/*/testdata/*.json")
	if err != nil || len(examples) == 0 {
		t.Fatal("no snapshots of the examples", err)
	}
	judged := map[string]string{} // snapshots, by name
	for _, v := range variants {
		// The user pool and the secret of "everything" are minimal on purpose; the others have those of the constructs.
		if v.name != "everything" {
			judged[v.name] = "testdata/" + v.name + ".json"
		}
	}
	for _, file := range examples {
		judged["example "+filepath.Base(file)] = file
	}
	for _, name := range slices.Sorted(maps.Keys(judged)) {
		t.Run(name, func(t *testing.T) {
			app := newApp()
			stack := templateStack(app, judged[name])
			awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Verbose: jsii.Bool(true)}), nil)
			found := assertions.Annotations_FromStack(stack)
			any := assertions.Match_StringLikeRegexp(jsii.String("AwsSolutions-.*"))
			messages := append(*found.FindError(jsii.String("*"), any), *found.FindWarning(jsii.String("*"), any)...)
			if len(messages) == 0 {
				t.Fatal("no findings at all: the rules did not run")
			}
			for _, m := range messages {
				//lint:ignore SA1019 the assertions return this type
				place, text := *m.Id, fmt.Sprint(m.Entry.Data)
				rule := ruleID.FindString(text)
				if seen[rule] = true; explained[rule] == "" || !regexp.MustCompile(about[rule]).MatchString(text) {
					t.Errorf("%s: %s", place, text)
				}
			}
		})
	}
	for _, rule := range slices.Sorted(maps.Keys(explained)) {
		if !seen[rule] {
			t.Errorf("%s is explained, but has no findings: remove it", rule)
		}
	}
}
