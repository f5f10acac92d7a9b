/// Numbers of types in `pg_type`, fixed by PostgreSQL's catalogue (pg_type.dat).
enum TypeID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let bpchar: UInt32 = 1_042
    static let varchar: UInt32 = 1_043
    static let timestamptz: UInt32 = 1_184
    static let uuid: UInt32 = 2_950
    static let jsonb: UInt32 = 3_802

    static let boolArray: UInt32 = 1_000
    static let byteaArray: UInt32 = 1_001
    static let nameArray: UInt32 = 1_003
    static let int2Array: UInt32 = 1_005
    static let int4Array: UInt32 = 1_007
    static let textArray: UInt32 = 1_009
    static let bpcharArray: UInt32 = 1_014
    static let varcharArray: UInt32 = 1_015
    static let int8Array: UInt32 = 1_016
    static let float4Array: UInt32 = 1_021
    static let float8Array: UInt32 = 1_022
    static let timestamptzArray: UInt32 = 1_185
    static let uuidArray: UInt32 = 2_951
    static let jsonbArray: UInt32 = 3_807

    /// The type of an array type's elements, nil for other types.
    static func element(of arrayType: UInt32) -> UInt32? {
        switch arrayType {
        case boolArray: bool
        case byteaArray: bytea
        case nameArray: name
        case int2Array: int2
        case int4Array: int4
        case textArray: text
        case bpcharArray: bpchar
        case varcharArray: varchar
        case int8Array: int8
        case float4Array: float4
        case float8Array: float8
        case timestamptzArray: timestamptz
        case uuidArray: uuid
        case jsonbArray: jsonb
        default: nil
        }
    }
}
