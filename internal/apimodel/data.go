package apimodel

// Table is a DynamoDB table.
type Table struct {
	ID
	Name, ARN string
	Keys      []TableKey // the partition key, and the sort key if there is one
}

// TableKey is an attribute of a table's key.
type TableKey struct {
	Name string
	Type string // "S", "N" or "B"
	Sort bool   // it is the sort key, else the partition key
}

// Secret is a secret of AWS Secrets Manager.
type Secret struct {
	ID
	ARN       string
	Name      string // "" if AWS makes it
	Value     string // the secret string that the template holds; "" if it holds none
	Generated bool   // AWS makes the value when the stack is deployed
}
