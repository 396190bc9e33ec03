package tablesession

// ItemOf is the item that a session was read from.
func ItemOf(o *Opened) *Item { return o.item }

// PartitionOf is where a session's item is.
func PartitionOf(o *Opened) string { return o.item.Partition }

// SIDPartition is where the items about a sid are.
func SIDPartition(issuer, sid string) string {
	where, err := partition(sidPrefix, issuer, sid)
	if err != nil {
		panic(err)
	}
	return where
}

// Times of leases.
const (
	LeaseFor  = leaseFor
	LeaseSkew = leaseSkew
	Settling  = settling
	EndedFor  = endedFor
)
