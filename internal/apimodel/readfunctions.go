package apimodel

import (
	"errors"
	"os"
	"strings"
	"time"

	"github.com/gatehouse-cdk/gatehouse/internal/cloudassembly"
	"github.com/gatehouse-cdk/gatehouse/internal/tenant"
)

// Lambda's defaults.
// Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const (
	functionTimeout = 3 * time.Second
	functionMemory  = 128
)

func (b *builder) readFunctions() {
	b.each("AWS::Lambda::Function", func(r *reader) {
		f := &Function{
			ID:          r.id,
			Timeout:     functionTimeout,
			MemoryMB:    functionMemory,
			Runtime:     r.text("Runtime"),
			Handler:     r.text("Handler"),
			Layers:      r.texts("Layers"),
			LayerCode:   r.layerCode(),
			Concurrency: r.integer("ReservedConcurrentExecutions"),
		}
		f.Name = r.physicalID()
		f.ARN = r.attribute("Arn")
		if v := r.integer("Timeout"); v != nil {
			f.Timeout = time.Duration(*v) * time.Second
		}
		if v := r.integer("MemorySize"); v != nil {
			f.MemoryMB = *v
		}
		r.code(f)
		r.environment(f, b.options.Environment)
		r.layerAssets(f)
		r.logging(f)
		r.tenancy(f)
		if r.has("FileSystemConfigs") {
			r.notice().problem("its file system is not mounted")
		}
		b.model.Functions = append(b.model.Functions, f)
	})
}

// code finds the function's code.
func (r *reader) code(f *Function) {
	code := r.object("Code")
	defer func() {
		if written := r.resource.Properties["Code"]; written != nil && f.Code == (Code{}) {
			f.Code.Outside = cloudassembly.Written(written)
			if config := r.resource.Properties["ImageConfig"]; config != nil { // the command that runs in the image
				f.Code.Outside += " " + cloudassembly.Written(config)
			}
		}
	}()
	switch {
	case code.has("ZipFile"):
		f.Code.Inline = code.text("ZipFile")
	case code.has("ImageUri") || r.text("PackageType") == "Image":
		r.problem("it is a container image, which cannot run here: give the function a zip package")
	default:
		key, _ := code.values["S3Key"].(string)
		path, err := r.stack.AssetOf(r.resource, key)
		switch {
		case err == nil && isFolder(path):
			f.Code.Folder = path
		case err == nil:
			f.Code.Zip = path
		case key == "":
			code.need("S3Key")
		default:
			r.model.problem(Problem{ID: r.id, What: "its code: " + shortError(err), Blocks: true, Err: err})
		}
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// environment resolves the variables one by one, so that a missing one does not hide the others. The options can supply
// values that only a deployment knows, or that only CloudFormation resolves.
func (r *reader) environment(f *Function, given map[string]string) {
	variables := r.object("Environment").object("Variables")
	f.Environment, f.Variables = map[string]string{}, r.writtenVariables()
	f.References = r.references(r.resource.Properties["Environment"])
	for _, name := range variables.names() {
		value, isGiven := given[name]
		if bad, ok := variables.values[name].(cloudassembly.Unresolved); ok {
			if isGiven {
				f.Environment[name] = value
				continue
			}
			if f.Unresolved == nil {
				f.Unresolved = map[string]string{}
			}
			f.Unresolved[name] = shortError(bad.Err)
			r.model.problem(Problem{ID: r.id, What: shortError(bad.Err) + giveVariable(name), Blocks: r.blocks, Err: bad.Err})
			continue
		}
		before := len(r.model.Problems)
		v := variables.text(name)
		if len(r.model.Problems) > before {
			continue
		}
		if strings.Contains(v, "{{resolve:") {
			if isGiven {
				v = value
			} else {
				r.notice().problem("the variable %s holds %s, which only CloudFormation resolves%s",
					name, cloudassembly.Describe(v), giveVariable(name))
			}
		}
		f.Environment[name] = v
	}
}

// logging reads how the function logs. No route depends on that.
func (r *reader) logging(f *Function) {
	config := r.notice().object("LoggingConfig")
	f.Logging = Logging{
		Group: config.text("LogGroup"), Format: config.text("LogFormat"), Level: config.text("ApplicationLogLevel"),
	}
}

// tenancy reads whether the function is isolated by tenant. An execution environment that tenants must not share must
// not be shared here either, so a mode that is not known blocks.
// Source:
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-tenancyconfig.html
func (r *reader) tenancy(f *Function) {
	if !r.has("TenancyConfig") {
		return
	}
	config := r.object("TenancyConfig")
	switch mode := config.need("TenantIsolationMode"); mode {
	case tenant.PerTenant, "":
		f.PerTenant = true
	default:
		config.problem("TenancyConfig.TenantIsolationMode: want %s, got %q", tenant.PerTenant, mode)
	}
}

// layerCode returns the location of the code of layers in the function's stack, since layers with the same name may
// have different code.
func (r *reader) layerCode() (out []string) {
	list, _ := r.resource.Properties["Layers"].([]any)
	for _, entry := range list {
		ref, _ := entry.(map[string]any)
		id, _ := ref["Ref"].(string)
		if layer := r.stack.Template.Resources[id]; layer != nil && layer.Type == "AWS::Lambda::LayerVersion" {
			out = append(out, cloudassembly.Written(layer.Properties["Content"]))
		}
	}
	return out
}

// layerAssets finds the content of layers in the function's stack, and reports layers whose content is not available
// here.
func (r *reader) layerAssets(f *Function) {
	written := r.resource.Properties["Layers"]
	list, isList := written.([]any)
	if !isList && len(f.Layers) > 0 {
		list = []any{written} // an intrinsic function yields the whole list
	}
	var elsewhere, here []string
	for _, entry := range list {
		ref, _ := entry.(map[string]any)
		id, _ := ref["Ref"].(string)
		var path string
		layer, err := r.stack.Template.Resources[id], errNoLayer
		if layer != nil && layer.Type == "AWS::Lambda::LayerVersion" {
			content, _ := layer.Properties["Content"].(map[string]any)
			key, _ := content["S3Key"].(string)
			path, err = r.stack.AssetOf(layer, key)
		}
		switch {
		case err != nil && id != "":
			elsewhere = append(elsewhere, id)
		case err != nil:
			elsewhere = append(elsewhere, cloudassembly.Written(entry))
		case isFolder(path):
			f.LayerAssets = append(f.LayerAssets, Code{Folder: path})
			here = append(here, id)
		default:
			f.LayerAssets = append(f.LayerAssets, Code{Zip: path})
			here = append(here, id)
		}
	}
	if len(elsewhere) > 0 {
		r.notice().problem("the content of layers outside the assembly is missing: %s", strings.Join(elsewhere, ", "))
	}
	if len(here) > 0 && !strings.HasPrefix(f.Runtime, "python") && !strings.HasPrefix(f.Runtime, "nodejs") {
		r.notice().problem("the content of its layers is missing in /opt: %s: "+
			"only functions of nodejs and python find modules of layers here", strings.Join(here, ", "))
	}
}

var errNoLayer = errors.New("it is not a layer of this stack")

// writtenVariables returns the variables as in the template. If an intrinsic function yields all of them, the name is
// "*".
func (r *reader) writtenVariables() map[string]string {
	environment, _ := r.resource.Properties["Environment"].(map[string]any)
	variables, _ := environment["Variables"].(map[string]any)
	for _, all := range []map[string]any{environment, variables} {
		if _, _, ok := cloudassembly.Intrinsic(all); ok {
			return map[string]string{"*": cloudassembly.Written(all)}
		}
	}
	if len(variables) == 0 {
		return nil
	}
	out := make(map[string]string, len(variables))
	for name, v := range variables {
		out[name] = cloudassembly.Written(v)
	}
	return out
}

// giveVariable tells how to supply the value of a variable.
func giveVariable(name string) string {
	return ": give it one with --env " + name + "=VALUE, or in a test with Model.Environment of its options"
}

func (b *builder) readFunctionURLs() {
	b.each("AWS::Lambda::Url", func(r *reader) {
		r = r.notice()
		u := &FunctionURL{ID: r.id, AuthType: r.need("AuthType")}
		if target := r.need("TargetFunctionArn"); target != "" {
			u.Function, u.Qualifier = b.model.FunctionOf(target, r.id.Stack)
		}
		if q := r.text("Qualifier"); q != "" {
			u.Qualifier = q
		}
		b.model.FunctionURLs = append(b.model.FunctionURLs, u)
	})
}
