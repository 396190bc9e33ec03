// Package batch makes all methods of a REST API in one call to CDK's engine.
//
// CDK's Go packages talk to the engine, which is another process and in JavaScript, by a message for each constructor and
// each method. A method of an API takes three of them, and its resource two more; an app of many routes spends more time
// on messages than on its templates. jsii has no message for several calls, but it loads packages, and a function of a
// package is one call however many objects it makes. This package has such a function, in JavaScript, which uses the
// public API of CDK alone: package/lib/index.js.
//
// It decides nothing: what a method has, its caller says. Only plain values can be passed; CDK's tokens in texts, lists
// and numbers are plain.
package batch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/jsii-runtime-go/runtime"
)

// The package as npm has it: its name, what jsii knows of it, and its code.
var (
	//go:embed package/package.json
	manifest []byte
	//go:embed package/jsii.json
	assembly []byte
	//go:embed package/lib/index.js
	code []byte
)

const (
	name    = "gatehouse-batch"
	version = "0.0.0"
)

// Method is a method to make.
type Method struct {
	Path       string            `json:"path"`               // of its resource, which is made if it is not there
	Metadata   map[string]string `json:"metadata,omitempty"` // of the resource in the template
	Properties map[string]any    `json:"properties"`         // of awsapigateway.CfnMethodProps, but for the ids of the API and the resource
}

// Methods makes methods of an API, on which its deployment then depends. It panics as CDK does, say if there is such a
// method already.
func Methods(api awsapigateway.RestApi, methods []Method) {
	if len(methods) == 0 {
		return
	}
	text, err := json.Marshal(methods)
	if err != nil {
		panic(fmt.Errorf("batch: %w: pass plain values alone", err))
	}
	runtime.Load(name, version, tarball())
	runtime.StaticInvokeVoid(name+".Batch", "methods", []any{api, string(text)})
}

// tarball is the package as npm packs it, the same bytes each time: jsii keeps what it unpacked by their hash.
var tarball = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, f := range []struct {
		name string
		data []byte
	}{{"package/package.json", manifest}, {"package/.jsii", assembly}, {"package/lib/index.js", code}} {
		err := w.WriteHeader(&tar.Header{Name: f.name, Mode: 0o644, Size: int64(len(f.data)), Format: tar.FormatUSTAR})
		if err == nil {
			_, err = w.Write(f.data)
		}
		if err != nil {
			panic(fmt.Errorf("batch: %w", err))
		}
	}
	if err := w.Close(); err != nil {
		panic(fmt.Errorf("batch: %w", err))
	}
	if err := z.Close(); err != nil {
		panic(fmt.Errorf("batch: %w", err))
	}
	return b.Bytes()
})
