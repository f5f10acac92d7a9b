/// Words that say what the value behind them is: `date of birth: 1980-02-03`, `"dateOfBirth": "1980-02-03"`.
struct FieldLabel: Sendable {
    let kind: SensitiveKind
    let value: ValueForm
    /// Whether a value may follow without a `:`, `=` or `is` between.
    let isLoose: Bool

    /// What a value has to look like.
    enum ValueForm: Sendable {
        /// A password: nearly anything.
        case password
        /// A key: letters and digits.
        case key
        /// Credentials of an `Authorization` header, with the scheme before them.
        case credentials
        case name
        case date
        case address
        case ipAddress
        case telephone
        /// A name behind a role: two words where nothing stands between.
        case fullName
        /// Letters, digits and separators with so many digits, and at most so many characters.
        case code(digits: ClosedRange<Int>, length: Int)
    }

    /// The most words of a label.
    static let maximumWords = 5
    /// The longest word of a label; longer ones are in none.
    static let maximumWordLength = 20

    /// A label by the hash of its words; see ``WordHash``.
    static let byWords: [UInt64: FieldLabel] = {
        var table: [UInt64: FieldLabel] = [:]
        for (words, label) in entries { table[WordHash(words).value] = label }
        return table
    }()

    /// Hashes of what labels begin with, one word or more.
    static let beginnings: Set<UInt64> = {
        var hashes: Set<UInt64> = []
        for (words, _) in entries {
            let parts = words.split(separator: " ")
            for count in parts.indices {
                hashes.insert(WordHash(parts[...count].joined(separator: " ")).value)
            }
        }
        return hashes
    }()

    private static let entries: [(String, FieldLabel)] = groups.flatMap { group in
        group.words.split(
            separator:
                """
                ,
                """
        ).map { words in
            (words.split(whereSeparator: { $0 == " " || $0 == "\n" }).joined(separator: " "), group.label)
        }
    }

    private struct Group {
        let label: FieldLabel
        let words: String

        init(_ kind: SensitiveKind, _ value: ValueForm, isLoose: Bool = false, _ words: String) {
            label = FieldLabel(kind: kind, value: value, isLoose: isLoose)
            self.words = words
        }
    }

    private static let groups: [Group] = secrets + numbers + persons

    private static let secrets: [Group] = [
        Group(
            .password,
            .password,
            """
            password, passwd, pwd, passphrase, pass phrase, passcode, kennwort, passwort
            """
        ),
        Group(
            .password,
            .key,
            """
            pass, secret, client secret, clientsecret, api key, apikey, api secret,
            secret key, secretkey, access key, access token, accesstoken, auth token, authtoken,
            refresh token, session token, private key, encryption key, signing key, signing secret,
            token, webhook secret, app secret, service key, license key, recovery code, session id,
            sessionid, session cookie, cookie
            """
        ),
        Group(
            .password,
            .code(digits: 4...8, length: 8),
            """
            pin, pin code
            """
        ),
        Group(
            .awsKey,
            .key,
            """
            aws secret access key, secret access key, aws secret key, aws secret
            """
        ),
        Group(
            .azureKey,
            .key,
            """
            account key, accountkey, shared access key, sharedaccesskey, shared access signature, sig
            """
        ),
        Group(
            .bearerToken,
            .credentials,
            isLoose: true,
            """
            bearer, authorization, x auth token, proxy authorization
            """
        ),
    ]

    private static let numbers: [Group] = [
        Group(
            .socialSecurity,
            .code(digits: 9...9, length: 13),
            isLoose: true,
            """
            ssn, social security, social security number, social security no, social insurance number
            """
        ),
        Group(
            .identityNumber,
            .code(digits: 5...16, length: 24),
            isLoose: true,
            """
            passport, passport number, passport no, passport nr, national id, national id number,
            national identification number, identity card, identity card number, id card, id card number,
            id card no, identity number, license number, licence number, driving licence, driving licence number, drivers license,
            drivers license number, driver license, driver license number, driver licence, tax id,
            tax id number, tax number, taxpayer id, tax identification number, tin,
            national insurance number, ni number, nino, steuer id, personalausweis, codice fiscale, dni,
            residence permit, residence permit number, visa number, aadhaar, aadhaar number
            """
        ),
        Group(
            .bankAccount,
            .code(digits: 6...18, length: 24),
            isLoose: true,
            """
            account number, account no, accountnumber, bank account, bank account number,
            bank account no, acct, acct no, routing number, sort code, kontonummer
            """
        ),
        Group(
            .medicalNumber,
            .code(digits: 5...12, length: 18),
            isLoose: true,
            """
            mrn, medical record, medical record number, medical record no, patient id, patient number,
            patient no, health insurance number, insurance number, insurance no, insurance policy no, insured id, insurance policy number,
            nhs number, nhs no
            """
        ),
        Group(
            .cardCode,
            .code(digits: 3...4, length: 4),
            isLoose: true,
            """
            cvv, cvc, cvv2, cvc2, card verification code, card security code, security code
            """
        ),
        Group(
            .vehicle,
            .code(digits: 1...12, length: 18),
            isLoose: false,
            """
            license plate, licence plate, number plate, plate number, registration plate,
            licence plate number, license plate number, kennzeichen, vin, vehicle identification number
            """
        ),
        Group(
            .phone,
            .telephone,
            isLoose: true,
            """
            phone, phone number, phone no, telephone, telephone number, tel, tel no, mobile,
            mobile number, mobile phone, mobile no, cell, cell phone, cellphone, fax, fax number,
            whatsapp, telefon, handy, phonenumber, call me at, call me on, reach me at, contact number
            """
        ),
        Group(
            .ipAddress,
            .ipAddress,
            isLoose: true,
            """
            ip, ip address, ipaddress, client ip, clientip, remote addr, remote address, user ip,
            source ip, src ip, src, client, visitor, peer, login from, logged in from, connected from, connection from, request from,
            signed in from, forwarded for, remote ip, visitor ip
            """
        ),
    ]

    private static let persons: [Group] = [
        Group(
            .birthDate,
            .date,
            isLoose: true,
            """
            date of birth, dateofbirth, dob, birth date, birthdate, birthday, born, born on,
            geburtsdatum, d o b, birth day
            """
        ),
        Group(
            .address,
            .address,
            isLoose: false,
            """
            address, home address, street address, shipping address, billing address, mailing address,
            postal address, delivery address, residence, residential address, street, ship to, bill to,
            anschrift, adresse, deliver to, address line
            """
        ),
        Group(
            .address,
            .address,
            isLoose: true,
            """
            lives at, living at, resides at, residing at, lived at, deliver it to, moved to, home at
            """
        ),
        Group(
            .personName,
            .fullName,
            isLoose: true,
            """
            patient, patient name, employee, employee name, applicant, applicant name, full name,
            fullname, first name, firstname, last name, lastname, surname, given name, family name,
            maiden name, contact person, contact name, account holder, accountholder, cardholder,
            card holder, cardholder name, customer name, customername, beneficiary, beneficiary name,
            next of kin, claimant, claimant name, insured person, witness, emergency contact, guarantor,
            borrower, borrower name, policyholder, policy holder, tenant name, candidate, candidate name,
            student, student name, resident, patientname, legal name, recipient name, passenger,
            passenger name, guest name, approved by, reviewed by, requested by, prepared by,
            written by, assigned to, reported by, submitted by, checked by, account owner, owner of the account
            """
        ),
        Group(
            .personName,
            .name,
            isLoose: true,
            """
            mr, mrs, ms, herr, frau, my name is, name is, i am called, signed by, yours sincerely,
            the patient is
            """
        ),
    ]
}

/// A hash of words: FNV-1a over small letters, with a space between words.
struct WordHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    init() {}

    init(_ words: some StringProtocol) {
        for byte in words.utf8 { add(byte) }
    }

    mutating func add(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
