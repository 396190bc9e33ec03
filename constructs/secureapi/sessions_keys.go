package secureapi

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"

	"github.com/gatehouse-cdk/gatehouse/internal/plan/tablekeys"
)

// keysOf returns the keys of a table from its resource. It returns nil for an imported table, whose keys are not known.
func keysOf(table awsdynamodb.ITable) *tablekeys.Keys {
	var schema, expiry any
	switch r := table.Node().DefaultChild().(type) {
	case awsdynamodb.CfnTable:
		schema, expiry = r.KeySchema(), r.TimeToLiveSpecification()
	case awsdynamodb.CfnGlobalTable:
		schema, expiry = r.KeySchema(), r.TimeToLiveSpecification()
	default:
		return nil
	}
	resolve := func(v any) any {
		if v == nil {
			return nil
		}
		return awscdk.Stack_Of(table).Resolve(v)
	}
	member := func(of any, name string) string {
		text, _ := of.(map[string]any)[name].(string)
		return text
	}
	out := &tablekeys.Keys{}
	keys, _ := resolve(schema).([]any)
	for _, k := range keys {
		switch member(k, "keyType") {
		case "HASH":
			out.Partition = member(k, "attributeName")
		case "RANGE":
			out.Sort = member(k, "attributeName")
		}
	}
	if ttl, ok := resolve(expiry).(map[string]any); ok && ttl["enabled"] != false {
		out.TTL = member(ttl, "attributeName")
	}
	return out
}
