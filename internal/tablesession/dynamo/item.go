package dynamo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatehouse-cdk/gatehouse/internal/tablesession"
)

// The attributes of an item besides its keys and its expiry time. An item without data has no data attribute.
const (
	versionAttribute    = "version"
	generationAttribute = "generation"
	dataAttribute       = "data"
)

type attributes = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func key(k tablesession.Key) attributes {
	return attributes{tablesession.PartitionKey: text(k.Partition), tablesession.SortKey: text(k.Sort)}
}

func toAttributes(item *tablesession.Item) attributes {
	a := key(item.Key)
	a[versionAttribute] = number(item.Version)
	a[generationAttribute] = number(item.Generation)
	a[tablesession.TimeAttribute] = number(item.Ends.Unix())
	if item.Data != nil {
		a[dataAttribute] = &types.AttributeValueMemberB{Value: item.Data}
	}
	return a
}

// fromAttributes reads what toAttributes wrote. It returns an error if an attribute is missing or has another type,
// because an item that something else wrote must not count as missing, or as one of another generation.
func fromAttributes(a attributes) (*tablesession.Item, error) {
	r := reader{a: a}
	item := &tablesession.Item{
		Key:        tablesession.Key{Partition: r.text(tablesession.PartitionKey), Sort: r.text(tablesession.SortKey)},
		Version:    r.number(versionAttribute),
		Generation: r.number(generationAttribute),
		Ends:       time.Unix(r.number(tablesession.TimeAttribute), 0),
	}
	switch data := a[dataAttribute].(type) {
	case nil:
	case *types.AttributeValueMemberB:
		item.Data = data.Value
	default:
		r.fail(dataAttribute, "binary")
	}
	if r.err != nil {
		return nil, r.err
	}
	return item, nil
}

// reader keeps the first error.
type reader struct {
	a   attributes
	err error
}

func (r *reader) fail(name, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("dynamo: an item's attribute %s is %T: want %s: the table has items that were not written here",
			name, r.a[name], want)
	}
}

func (r *reader) text(name string) string {
	s, ok := r.a[name].(*types.AttributeValueMemberS)
	if !ok {
		r.fail(name, "a string")
		return ""
	}
	return s.Value
}

func (r *reader) number(name string) int64 {
	n, ok := r.a[name].(*types.AttributeValueMemberN)
	if !ok {
		r.fail(name, "a number")
		return 0
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		r.fail(name, "a whole number")
	}
	return v
}
