package gofunction

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
)

// notBuilt is the code of a function of a stack that the CDK command line did not select. The template is the one of a
// built function but for the asset's hash, so that "cdk list", "cdk synth OtherStack" and snapshots work.
//
// The caller calls discard when the function is made. It removes what CDK staged, so that publishing the asset fails
// and no deployment of this assembly gives every caller a 502: the CDK command line opens an asset of one file when it
// publishes it, and says the asset's name, which has the reason, when it cannot. A folder would not do, because it
// makes an empty zip file of one that is not there.
// Source: https://github.com/aws/aws-cdk-cli/blob/main/packages/%40aws-cdk/cdk-assets-lib/lib/private/handlers/files.ts
func notBuilt(
	scope constructs.Construct,
	id string,
) (code awslambda.Code, discard func(awslambda.Function) error, err error) {
	stack := *awscdk.Stack_Of(scope).Node().Path()
	path := *scope.Node().Path() + "/" + id
	reason := fmt.Sprintf("the CDK command line did not select the stack of %s when it synthesized this assembly: "+
		"deploy from the app, as in \"cdk deploy %s\", not from this assembly with --app", path, stack)
	file, err := emptyFile("gofunction-*.zip")
	if err != nil {
		return nil, nil, temporary(err)
	}
	code = awslambda.AssetCode_FromAsset(&file, &awss3assets.AssetOptions{
		AssetHash:   jsii.String("gofunction not built 1 " + path),
		DisplayName: jsii.String(cloudassembly.NotBuilt(strings.TrimPrefix(path, stack+"/")+"/Code", reason)),
	})
	return code, func(fn awslambda.Function) error {
		staged := *fn.Node().FindChild(jsii.String("Code")).(awss3assets.Asset).AssetPath()
		if !filepath.IsAbs(staged) { // it is absolute with "cdk synth --no-staging"
			staged = filepath.Join(*awscdk.Stage_Of(scope).Outdir(), staged)
		}
		return errors.Join(remove(staged), remove(file))
	}, nil
}

// remove removes a file that may be gone: with "cdk synth --no-staging" the staged one is the given one.
func remove(file string) error {
	if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// emptyFile makes a temporary file whose name has a pattern of [os.CreateTemp].
func emptyFile(pattern string) (name string, err error) {
	file, err := os.CreateTemp("", pattern)
	if err != nil {
		return "", err
	}
	return file.Name(), file.Close()
}
