package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTemplatesWithoutCircles checks that the rule finds nothing in the repository's templates, all of which deploy.
func TestTemplatesWithoutCircles(t *testing.T) {
	read := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "traps" || entry.Name() == "cdk.out"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".json") || !strings.Contains(path, "testdata"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), `"Resources": {`) || strings.Contains(string(text), `"artifacts"`) {
			return err
		}
		read++
		for _, environment := range []string{"", "aws://444455556666/us-east-1"} {
			for _, f := range Check(assembled(t, text, environment), Options{}) {
				if f.Rule == circularDependency.ID {
					t.Errorf("%s: %s: %s", path, f.LogicalID, f.Message)
				}
			}
		}
		return nil
	})
	if err != nil || read < 20 {
		t.Fatalf("%d templates, want at least 20: %v", read, err)
	}
}

// CORS writes the variable itself, so the way out is not to leave it out.
func TestACircleByAnOrigin(t *testing.T) {
	found := Check(assembled(t, []byte(`{"Resources": {
		"Page": {"Type": "AWS::CloudFront::Distribution", "Properties": {"Origin": {"Ref": "Orders"}}},
		"Orders": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {
			"GATEHOUSE_CORS": {"Fn::Join": ["", ["https://", {"Fn::GetAtt": ["Page", "DomainName"]}]]}
		}}}}
	}}`), ""), Options{})
	if len(found) != 1 || !strings.HasPrefix(found[0].WayOut, "write the origin out in CORS.AllowOrigins") {
		t.Errorf("found %+v", found)
	}
}
